using System.Xml.Linq;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>Checks the parts of the README files that need no running program.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_first_sentence_of_each_readme_says_that_it_is_a_package()
    {
        Assert.StartsWith("Keycloak.ApiProtection is a NuGet package", QuickStart.Readme.FirstLine, StringComparison.Ordinal);
        Assert.StartsWith(
            "Keycloak.ApiProtection.Testing is a NuGet package", QuickStart.TestingReadme.FirstLine, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_project_of_the_readme_uses_the_versions_that_this_repository_tests_with()
    {
        var project = XElement.Parse(QuickStart.TestingReadme.Block("xml", "<Project"));
        var tested = XElement.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        tested.Add("Keycloak.ApiProtection.Testing", Repository.Version);

        Assert.All(project.Descendants("PackageReference"), package =>
            Assert.Equal(tested[package.Attribute("Include")!.Value], package.Attribute("Version")!.Value));
    }

    [Fact]
    public void The_japanese_readme_has_the_same_files_and_curl_calls()
    {
        var japanese = Readme.MarkdownPage.Read("README.ja.md");
        Assert.Equal(QuickStart.Readme.Block("csharp", "CreateBuilder"), japanese.Block("csharp", "CreateBuilder"));
        Assert.Equal(QuickStart.Readme.Block("json", "realm"), japanese.Block("json", "realm"));
        Assert.Equal(QuickStart.Readme.Block("sh", "dotnet new"), japanese.Block("sh", "dotnet new"));
        Assert.Equivalent(QuickStart.CurlLines, Readme.CurlLine.ReadAll(japanese.Block("sh", "curl ")), strict: true);
    }
}
