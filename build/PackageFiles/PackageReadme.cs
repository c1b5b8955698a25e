using System.Text.RegularExpressions;

namespace PackageFiles;

/// <summary>The README as a package gallery can show it: all links absolute.</summary>
internal static partial class PackageReadme
{
    public static void Write(string source, string target, string root, RepositoryLinks links)
    {
        var folder = Path.GetRelativePath(root, Path.GetDirectoryName(Path.GetFullPath(source))!).Replace('\\', '/');
        folder = folder == "." ? "" : folder;

        // The parts at odd places are code blocks, which have no links.
        var parts = CodeBlock().Split(File.ReadAllText(source));
        for (var part = 0; part < parts.Length; part += 2)
        {
            parts[part] = Link().Replace(parts[part], match => $"]({links.Absolute(match.Groups[1].Value, folder)})");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        File.WriteAllText(target, string.Concat(parts));
    }

    [GeneratedRegex("(^```.*?^```)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
