using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>
/// Makes text from a token, from Keycloak or from another server safe for the log: short, on one line, without control characters.
/// </summary>
internal static class ForeignText
{
    private const int LongestQuote = 100;
    private const int LongestLine = 200;

    /// <summary>
    /// Quotes a value unambiguously: keeps printable ASCII, escapes all other characters, and truncates it after 100 characters.
    /// </summary>
    public static string Quote(string? text)
    {
        if (text is null)
        {
            return "(none)";
        }

        var quoted = new StringBuilder("'");
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, LongestQuote)))
        {
            if (letter is >= ' ' and <= '~' and not '\'' and not '\\')
            {
                quoted.Append(letter);
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            }
        }

        return quoted.Append(text.Length > LongestQuote ? "'..." : "'").ToString();
    }

    /// <summary>
    /// Keeps the text readable: only characters that start another line or control the terminal become spaces. Truncates it after 200
    /// characters.
    /// </summary>
    public static string Line(string? text) => LineUpTo(LongestLine, text);

    /// <summary>As <see cref="Line"/>, with another length.</summary>
    /// <param name="longest">The length after which the text is truncated.</param>
    /// <param name="text">The text.</param>
    public static string LineUpTo(int longest, string? text)
    {
        if (text is null)
        {
            return "(none)";
        }

        var line = new StringBuilder(Math.Min(text.Length, longest) + 3);
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            line.Append(BreaksLine(letter) ? ' ' : letter);
        }

        return text.Length > longest ? line.Append("...").ToString() : line.ToString();
    }

    /// <summary>
    /// Makes a name safe between double quotes: a quotation mark, a surrogate and what <see cref="Line"/> replaces become question marks.
    /// </summary>
    /// <remarks>The realm signs claims, but users can choose the values of some of them.</remarks>
    public static string Name(string? text)
    {
        var name = new StringBuilder();
        foreach (var letter in (text ?? string.Empty).AsSpan(0, Math.Min(text?.Length ?? 0, LongestLine)))
        {
            name.Append(BreaksLine(letter) || char.IsSurrogate(letter) || letter == '"' ? '?' : letter);
        }

        return text?.Length > LongestLine ? name.Append("...").ToString() : name.ToString();
    }

    /// <summary>Returns an address without user information, query and fragment.</summary>
    public static string Address(Uri address) =>
        Line(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    private static bool BreaksLine(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
