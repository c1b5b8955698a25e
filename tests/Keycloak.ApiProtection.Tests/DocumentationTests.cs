using System.Text.RegularExpressions;
using Keycloak.ApiProtection.Tests.Packages;

namespace Keycloak.ApiProtection.Tests;

public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_code_snippet_in_the_documentation_is_compiled_and_run()
    {
        var sources = Sources().Select(file => Squeeze(File.ReadAllText(file))).ToArray();

        Assert.All(Snippets(), snippet => Assert.True(
            Paragraphs(snippet.Code).All(paragraph => sources.Any(source => source.Contains(paragraph, StringComparison.Ordinal))),
            $"{snippet.File}: this snippet is not in any sample or test:\n{snippet.Code}"));
        Assert.NotEmpty(Snippets());
    }

    [Fact]
    public void Every_page_is_listed_in_the_index()
    {
        var index = File.ReadAllText(Repository.File("docs/README.md"));

        Assert.All(
            Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository.File("docs"), file).Replace('\\', '/'))
                .Where(page => page != "README.md"),
            page => Assert.Contains($"]({page})", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_between_documents_has_an_existing_target() =>
        Assert.All(
            Documents()
                .SelectMany(file => Link().Matches(File.ReadAllText(file)).Select(match => (File: file, Target: match.Groups[1].Value))),
            link => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(link.File)!, link.Target)), $"{link.File}: {link.Target}"));

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories).Where(file => !IsBuilt(file));

    private static readonly string[] SourceFolders = ["samples", "tests"];

    private static IEnumerable<string> Sources() =>
        SourceFolders.SelectMany(folder => Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !IsBuilt(file));

    private static bool IsBuilt(string file) =>
        file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        || file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static IEnumerable<(string File, string Code)> Snippets() =>
        Documents().SelectMany(file => Snippet().Matches(File.ReadAllText(file)).Select(match => (File: file, Code: match.Groups[1].Value)))
            .Where(snippet => !IsBuiltAsWritten(Path.GetRelativePath(Repository.Root, snippet.File).Replace('\\', '/'), snippet.Code));

    /// <summary>
    /// Keycloak.ApiProtection.PackageTests builds and runs the snippets of README.md and the complete file (the snippet that starts with
    /// "using") in the README of the testing package exactly as written, and compares the complete file in README.ja.md with the one in
    /// README.md. No sample or test contains this code.
    /// </summary>
    private static bool IsBuiltAsWritten(string page, string code) => page switch
    {
        "README.md" => true,
        "README.ja.md" or "src/Keycloak.ApiProtection.Testing/README.md" => code.StartsWith("using ", StringComparison.Ordinal),
        _ => false,
    };

    private static IEnumerable<string> Paragraphs(string code) =>
        code.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Squeeze).Where(paragraph => paragraph.Length > 0);

    /// <summary>Ignores differences in white space, including indentation.</summary>
    private static string Squeeze(string text) => WhiteSpace().Replace(text, " ").Trim();

    [GeneratedRegex("```(?:csharp|cs)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\]\(((?!https?:|#|mailto:)[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
