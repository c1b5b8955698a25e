using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Keycloak.ApiProtection.Tests.Packages;

/// <summary>Checks the packages: the metadata that a package gallery shows and the documentation that an editor shows.</summary>
public sealed partial class PackageTests(PackedProjects packages) : IClassFixture<PackedProjects>
{
    private const string Library = "Keycloak.ApiProtection";
    private const string PostgreSql = "Keycloak.ApiProtection.PostgreSql";
    private const string Testing = "Keycloak.ApiProtection.Testing";

    [Fact]
    public void Packing_produces_no_warning() => Assert.DoesNotContain("warning", packages.Output, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData(Library)]
    [InlineData(PostgreSql)]
    [InlineData(Testing)]
    public void A_package_names_its_repository_its_license_and_its_changelog(string package)
    {
        var metadata = packages.Metadata(package);
        var repository = metadata.Element("repository")!;
        var url = repository.Attribute("url")!.Value;
        var version = metadata.Element("version")!.Value;

        Assert.Equal("git", repository.Attribute("type")!.Value);
        Assert.StartsWith("https://", url, StringComparison.Ordinal);
        Assert.Equal(url, metadata.Element("projectUrl")!.Value);
        Assert.Equal("Apache-2.0", metadata.Element("license")!.Value);
        Assert.Equal($"{url}/blob/v{version}/CHANGELOG.md", metadata.Element("releaseNotes")!.Value);
    }

    [Theory]
    [InlineData(Library)]
    [InlineData(PostgreSql)]
    [InlineData(Testing)]
    public void A_package_has_an_icon(string package)
    {
        var icon = packages.Bytes(package, packages.Metadata(package).Element("icon")!.Value);

        Assert.Equal("PNG"u8, icon.AsSpan(1, 3));
        Assert.Equal((128, 128), (icon[19], icon[23]));
    }

    [Theory]
    [InlineData(Library)]
    [InlineData(PostgreSql)]
    [InlineData(Testing)]
    public void All_links_of_a_package_are_absolute_and_links_into_the_repository_lead_to_a_file(string package)
    {
        var metadata = packages.Metadata(package);
        var files = $"{metadata.Element("projectUrl")!.Value}/blob/v{metadata.Element("version")!.Value}/";
        var readme = Link()
            .Matches(packages.Text(package, metadata.Element("readme")!.Value))
            .Select(match => match.Groups[1].Value)
            .ToArray();
        var documentation = Documentation(package)
            .SelectMany(member => member.Descendants().Attributes("href"))
            .Select(link => link.Value)
            .ToArray();

        Assert.True(package != Library || readme.Any(IsOurs), "The README has no link into the repository to check.");
        Assert.True(package != Library || documentation.Any(IsOurs), "The documentation has no link into the repository to check.");
        Assert.All(readme.Concat(documentation), link => Assert.StartsWith("https://", link, StringComparison.Ordinal));
        Assert.All(
            readme.Concat(documentation).Where(IsOurs),
            link => Assert.True(Path.Exists(Repository.File(link[files.Length..].Split('#')[0])), link));

        bool IsOurs(string link) => link.StartsWith(files, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Library)]
    [InlineData(PostgreSql)]
    [InlineData(Testing)]
    public void The_documentation_refers_to_no_file_that_the_package_does_not_contain(string package) =>
        Assert.All(
            Documentation(package), member => Assert.DoesNotMatch(@"(?<!blob/v[\d.]*/)\bdocs/[\w-]+\.md(?!</see>)", member.ToString()));

    [Fact]
    public void The_library_depends_only_on_the_shared_framework()
    {
        var metadata = packages.Metadata(Library);

        Assert.Empty(metadata.Descendants("dependency"));
        Assert.Equal("Microsoft.AspNetCore.App", metadata.Descendants("frameworkReference").Single().Attribute("name")!.Value);
    }

    [Fact]
    public void The_PostgreSQL_package_depends_on_the_library_of_the_same_version_and_on_Npgsql()
    {
        var metadata = packages.Metadata(PostgreSql);
        var dependencies = metadata.Descendants("dependency")
            .ToDictionary(dependency => dependency.Attribute("id")!.Value, dependency => dependency.Attribute("version")!.Value);

        Assert.Equal([Library, "Npgsql"], dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(metadata.Element("version")!.Value, dependencies[Library]);
    }

    [Theory]
    [InlineData(Library, typeof(KeycloakBearerOptions))]
    [InlineData(PostgreSql, typeof(PostgreSqlJournalOptions))]
    [InlineData(Testing, typeof(ApiProtection.Testing.KeycloakRealm))]
    public void All_public_types_and_members_are_documented_and_nothing_else(string package, Type type)
    {
        var documented = Documentation(package).Select(member => VisibleMembers.Shortened(member.Attribute("name")!.Value)).ToHashSet();
        var visible = VisibleMembers.Of(type.Assembly).ToHashSet();

        Assert.Empty(documented.Except(visible));

        // A default constructor that is not in the source needs no documentation.
        Assert.DoesNotContain(visible.Except(documented), member => !member.EndsWith(".#ctor(0)", StringComparison.Ordinal));
    }

    private IEnumerable<XElement> Documentation(string package) =>
        XDocument.Parse(packages.Text(package, $"lib/net10.0/{package}.xml")).Descendants("member");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
