using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.Tests.Architecture;

/// <summary>Code and documents have the line length of .editorconfig, so that they can be read without scrolling sideways.</summary>
public sealed partial class LineLengthTests
{
    private const int Limit = 140;

    private static readonly string[] Folders = ["src", "samples", "benchmarks", "tests"];

    private static readonly string[] Pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md"];

    /// <summary>Has the texts of the Japanese pages, one paragraph a line, as in the pages.</summary>
    private static readonly string Wording = Repository.File("benchmarks/Keycloak.ApiProtection.Load/SideBySide/Wording.cs");

    [Fact]
    public void No_line_of_code_is_too_long()
    {
        var sources = Folders
            .SelectMany(folder => Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !IsBuilt(file));

        var report = Report(
            sources, file => LongLinesOfCode(File.ReadAllLines(file)).Where(one => file != Wording || !IsJapanese(one.Text)));

        Assert.True(report.Length == 0, report);
    }

    [Fact]
    public void No_line_of_a_document_is_too_long()
    {
        var documents = Pages.Select(Repository.File)
            .Concat(Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories))
            .Where(file => !file.EndsWith(".ja.md", StringComparison.Ordinal));

        var report = Report(documents, file => LongLinesOfDocument(File.ReadAllLines(file)));

        Assert.True(report.Length == 0, report);
    }

    [Fact]
    public void A_long_line_of_code_is_found_before_in_and_after_a_raw_string_literal()
    {
        // A check that finds no long lines would always pass.
        var words = Words(Limit + 1);

        Assert.Equal([1, 3], Numbers(LongLinesOfCode([words, Words(Limit), words])));
        Assert.Equal([1, 5], Numbers(LongLinesOfCode([words + " = $\"\"\"", words, words, "    \"\"\");", words])));
        Assert.Equal(
            [3, 6],
            Numbers(LongLinesOfCode(["\"\"\"", words, $"\"\"\", {words}, \"\"\"\"", "\"\"\"", words, $"\"\"\"\" {words}"])));
        Assert.Equal([2], Numbers(LongLinesOfCode(["var json = \"\"\"{}\"\"\"", words])));
        Assert.Empty(LongLinesOfCode([$"    [InlineData(\"{new string('A', Limit)}\")]"]));
    }

    [Fact]
    public void A_long_line_of_a_document_is_found_outside_tables_code_headings_and_links()
    {
        var words = Words(Limit + 1);
        var links = string.Join(" · ", Enumerable.Repeat("[Some page](docs/page.md)", 10));

        Assert.Equal([1], Numbers(LongLinesOfDocument([words, Words(Limit), $"| {words} |", $"## {words}", links])));
        Assert.Equal([1, 5], Numbers(LongLinesOfDocument(["- " + words, "  ```sh", words, "  ```", words])));
        Assert.Equal([1], Numbers(LongLinesOfDocument([links + " and more"])));
    }

    private static IEnumerable<(int Number, string Text)> LongLinesOfCode(string[] lines)
    {
        string? literal = null;
        for (var i = 0; i < lines.Length; i++)
        {
            if (literal is not null && !lines[i].TrimStart().StartsWith(literal, StringComparison.Ordinal))
            {
                continue;
            }

            if (IsTooLong(lines[i]))
            {
                yield return (i + 1, lines[i]);
            }

            // A raw string literal of several lines starts at the end of a line and ends at the start of one.
            var quotes = Quotes().Matches(lines[i]);
            var opens = quotes.Count % 2 == (literal is null ? 1 : 0) && quotes.Count > 0;
            literal = opens ? quotes[^1].Value : null;
        }
    }

    private static IEnumerable<(int Number, string Text)> LongLinesOfDocument(string[] lines)
    {
        var code = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var text = lines[i].TrimStart();
            if (text.StartsWith("```", StringComparison.Ordinal))
            {
                code = !code;
            }
            else if (!code && !text.StartsWith('|') && !text.StartsWith('#') && IsTooLong(lines[i]) && !HasOnlyLinks(text))
            {
                yield return (i + 1, lines[i]);
            }
        }
    }

    /// <summary>A word that is too long itself, such as a token, cannot be wrapped.</summary>
    private static bool IsTooLong(string line)
    {
        var text = line.TrimStart();
        return line.Length > Limit && line.Length - text.Length + text.Split(' ').Max(word => word.Length) <= Limit;
    }

    private static bool HasOnlyLinks(string text) => !Link().Replace(text, string.Empty).Any(char.IsLetterOrDigit);

    private static bool IsJapanese(string text) => text.Any(letter => letter is >= '\u3040' and <= '\u30FF');

    private static bool IsBuilt(string file) =>
        Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj");

    private static string Report(IEnumerable<string> files, Func<string, IEnumerable<(int Number, string Text)>> find) => string.Join(
        '\n',
        from file in files
        from line in find(file)
        select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number} has {line.Text.Length} characters");

    private static IEnumerable<int> Numbers(IEnumerable<(int Number, string Text)> lines) => lines.Select(line => line.Number);

    private static string Words(int length) => string.Concat(Enumerable.Repeat("word ", length))[..length];

    [GeneratedRegex("\"{3,}")]
    private static partial Regex Quotes();

    [GeneratedRegex(@"\[[^\]]*\]\([^)]*\)")]
    private static partial Regex Link();
}
