using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.PackageTests.Readme;

/// <summary>A Markdown page of this repository, read for the code that its readers copy.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string _text;

    private MarkdownPage(string text) => _text = text;

    public static MarkdownPage Read(string path) =>
        new(File.ReadAllText(Repository.PathOf(path)).ReplaceLineEndings("\n"));

    public IReadOnlyList<FencedBlock> Blocks =>
        [.. Fence().Matches(_text).Select(match => new FencedBlock(match.Groups["language"].Value, match.Groups["text"].Value))];

    /// <summary>The first line of text, below the title and the links to other languages.</summary>
    public string FirstLine => _text.Split('\n').First(line => line.Length > 0 && line[0] is not ('#' or '['));

    /// <summary>The only code block of the given language that contains the given text.</summary>
    public string Block(string language, string containing) => Assert.Single(
        Blocks, block => block.Language == language && block.Text.Contains(containing, StringComparison.Ordinal)).Text;

    /// <summary>The items of the numbered list that begin with a bold title.</summary>
    public IReadOnlyList<NumberedStep> Steps =>
        [.. Item().Matches(_text).Select(match => new NumberedStep(
            match.Groups["title"].Value,
            [.. Code().Matches(match.Groups["text"].Value).Select(code => code.Groups["code"].Value)]))];

    [GeneratedRegex(@"^```(?<language>\w+)[^\n]*\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\d+\. \*\*(?<title>[^*]+)\.\*\*(?<text>.*(\n   .*)*)", RegexOptions.Multiline)]
    private static partial Regex Item();

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();
}
