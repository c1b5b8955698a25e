using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.Tests.Architecture;

/// <summary>
/// A folder of the library refers only to itself and to the folders below it in docs/architecture.md, never to a folder above it.
/// </summary>
public sealed partial class RoomsTests
{
    /// <summary>From top to bottom. The root folder is the entry point: registration, handler, startup.</summary>
    private static readonly string[] Rooms =
    [
        "",
        "TokenCheck",
        "Health",
        "Notifications",
        "StoredEvents",
        "Connections",
        "Authorization",
        "Schemes",
        "Http",
        "Configuration",
        "Introspection",
        "Revocation",
        "Journal",
        "ClientAuthentication",
        "ProofOfPossession",
        "Tokens",
        "Realms",
        "Claims",
        "Json",
        "Diagnostics",
    ];

    private static readonly string Source = Path.Combine(Repository.Root, "src", "Keycloak.ApiProtection");

    private static readonly Dictionary<string, string> RoomOfType = SourceFiles()
        .SelectMany(file => TypesIn(file).Select(type => (type, Room: RoomOf(file))))
        .GroupBy(found => found.type)
        .ToDictionary(group => group.Key, group => group.First().Room);

    [Fact]
    public void No_room_refers_to_a_room_above_it()
    {
        var upwards =
            from type in LibraryTypes()
            let room = RoomOfType[Name(type)]
            from reference in TypeReferences.Of(type)
            where RoomOfType.ContainsKey(Name(reference))
            let other = RoomOfType[Name(reference)]
            where Array.IndexOf(Rooms, other) < Array.IndexOf(Rooms, room)
            orderby room, type.Name
            select $"{room}/{type.Name} refers to {other}/{reference.Name}";

        Assert.Equal(string.Empty, string.Join('\n', upwards.Distinct()));
    }

    [Fact]
    public void Each_folder_of_the_library_is_in_the_list_of_rooms()
    {
        Assert.Equal(Rooms.Order(), SourceFiles().Select(RoomOf).Distinct().Order());
    }

    [Fact]
    public void References_in_method_bodies_are_found()
    {
        // A check that finds no references would always pass. The handler refers to BearerMessage only in its method bodies.
        var references = TypeReferences.Of(typeof(KeycloakBearerHandler)).Select(type => type.Name).ToArray();

        Assert.Contains("BearerMessage", references);
        Assert.Contains("KeycloakIdentity", references);
    }

    [Fact]
    public void Public_types_are_in_the_namespace_of_the_library_or_in_one_of_the_framework()
    {
        var elsewhere = typeof(KeycloakBearerOptions).Assembly.GetExportedTypes()
            .Where(type => type.Namespace != "Keycloak.ApiProtection" && !type.Namespace!.StartsWith("Microsoft.", StringComparison.Ordinal)
                && !type.Namespace.StartsWith("System.", StringComparison.Ordinal))
            .Select(type => type.FullName);

        Assert.Empty(elsewhere);
    }

    private static IEnumerable<Type> LibraryTypes() => typeof(KeycloakBearerOptions).Assembly.GetTypes()
        .Where(type => type.DeclaringType is null && RoomOfType.ContainsKey(Name(type)));

    private static string Name(Type type) => type.Name.Split('`')[0];

    private static string RoomOf(string file)
    {
        var folder = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!);
        return folder == "." ? string.Empty : folder.Split(Path.DirectorySeparatorChar)[0];
    }

    private static IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));

    private static IEnumerable<string> TypesIn(string file) =>
        Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(
        @"^(?:public|internal) (?:[a-z]+ )*(?:class|struct|interface|enum|record|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
