using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Load;

/// <summary>
/// Plots the time of a cache hit by number of tokens, with one line per number of threads, as an SVG for light and dark pages.
/// </summary>
internal static class ScalingPlot
{
    private const int Left = 70;
    private const int Top = 30;
    private const int Width = 560;
    private const int Height = 260;

    private static readonly string[] Colors = ["#2f6fb3", "#d9822b", "#3a9a5c", "#8a5bb8"];

    public static string Of(IReadOnlyList<ScalingPoint> points)
    {
        var top = Math.Ceiling(points.Max(point => point.Nanoseconds) / 100) * 100;
        var most = Math.Log10(points.Max(point => point.Tokens));
        double X(int tokens) => Left + (Width * Math.Log10(tokens) / most);
        double Y(double nanoseconds) => Top + Height - (Height * nanoseconds / top);

        var svg = new StringBuilder();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Left + Width + 110} {Top + Height + 60}\""
            + $" font-family=\"sans-serif\" font-size=\"13\">");
        svg.AppendLine("<title>Time of a cache hit by cached tokens</title>");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        for (var line = 0; line <= 4; line++)
        {
            var value = top * line / 4;
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\" stroke=\"#dddddd\"/>"
                + $"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value:F0}</text>");
        }

        foreach (var tokens in points.Select(point => point.Tokens).Distinct())
        {
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(tokens):F1}\" y=\"{Top + Height + 20}\" text-anchor=\"middle\">{tokens:N0}</text>");
        }

        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Left + (Width / 2)}\" y=\"{Top + Height + 45}\" text-anchor=\"middle\">cached tokens</text>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Top - 12}\">nanoseconds per hit</text>");
        foreach (var (threads, color) in points.Select(point => point.Threads).Distinct().Zip(Colors))
        {
            var line = points.Where(point => point.Threads == threads).OrderBy(point => point.Tokens).ToArray();
            var path = string.Join(
                ' ', line.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Tokens):F1},{Y(point.Nanoseconds):F1}")));
            svg.AppendLine(
                CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>");
            foreach (var point in line)
            {
                svg.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"<circle cx=\"{X(point.Tokens):F1}\" cy=\"{Y(point.Nanoseconds):F1}\" r=\"3\" fill=\"{color}\">"
                    + $"<title>{point.Nanoseconds:F0} ns</title></circle>");
            }

            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left + Width + 8}\" y=\"{Y(line[^1].Nanoseconds) + (threads * 14) - 14:F1}\" fill=\"{color}\">"
                + $"{threads} thread{(threads == 1 ? string.Empty : "s")}</text>");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }
}
