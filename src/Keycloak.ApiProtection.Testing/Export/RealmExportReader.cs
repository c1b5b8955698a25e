using System.Text.Json;

namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Reads a realm export: Keycloak's JSON, written by its console, by <c>kc.sh export</c> or by hand.</summary>
/// <remarks>Content that does not affect an API (flows, themes, mail) is ignored. Missing settings get Keycloak's default.</remarks>
internal static class RealmExportReader
{
    private const string OpenIdConnect = "openid-connect";

    public static RealmExport Read(string json)
    {
        using var document = Parse(json);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0];
        }

        var name = root.Text("realm") ?? throw new ArgumentException(
            "The realm export has no member \"realm\". Use the JSON that Keycloak's console (Realm settings > Action > Partial export) "
            + "or 'kc.sh export' writes.");
        var scopes = ReadScopes(root);
        var clients = ReadClients(root, scopes);
        var users = UserReader.Read(root, name);
        var composites = ReadComposites(root);
        BuiltInClients.AddTo(clients, composites, users);
        UserReader.AddServiceAccounts(clients, users, name);
        return new RealmExport(name)
        {
            DefaultAlgorithm = root.Text("defaultSignatureAlgorithm") ?? "RS256",
            NotBefore = root.Number("notBefore", 0),
            RevokeRefreshToken = root.Flag("revokeRefreshToken"),
            AccessTokenLifespan = root.Seconds("accessTokenLifespan", TimeSpan.FromMinutes(5)),
            SessionIdle = root.Seconds("ssoSessionIdleTimeout", TimeSpan.FromMinutes(30)),
            SessionMax = root.Seconds("ssoSessionMaxLifespan", TimeSpan.FromHours(10)),
            OfflineIdle = root.Seconds("offlineSessionIdleTimeout", TimeSpan.FromDays(30)),
            OfflineMax = root.Flag("offlineSessionMaxLifespanEnabled")
                ? root.Seconds("offlineSessionMaxLifespan", TimeSpan.FromDays(60))
                : null,
            LoginWithEmail = root.Flag("loginWithEmailAllowed", true),
            Clients = clients,
            Scopes = scopes,
            Users = users,
            Groups = ReadGroups(root),
            Organizations = ReadOrganizations(root, name, users),
            Composites = composites,
            AcrLevels = ReadAcrLevels(root),
            KeyProviders = ReadKeyProviders(root),
            SubjectComesFromMapper = scopes.Values.SelectMany(scope => scope.Mappers)
                .Concat(clients.Values.SelectMany(client => client.Mappers)).Any(mapper => mapper.Type == "oidc-sub-mapper"),
        };
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            return JsonDocument.Parse(json, options);
        }
        catch (JsonException exception)
        {
            throw new ArgumentException($"The realm export is not valid JSON: {exception.Message}", exception);
        }
    }

    private static List<ProtocolMapper> ReadMappers(JsonElement owner) =>
    [
        .. owner.Items("protocolMappers")
            .Where(mapper => (mapper.Text("protocol") ?? OpenIdConnect) == OpenIdConnect)
            .Select(mapper =>
                new ProtocolMapper(mapper.Text("name") ?? "", mapper.Text("protocolMapper") ?? "", mapper.Settings("config"))),
    ];

    private static Dictionary<string, ClientScope> ReadScopes(JsonElement root)
    {
        var scopes = new Dictionary<string, ClientScope>(StringComparer.Ordinal);
        foreach (var scope in root.Items("clientScopes").Where(scope => (scope.Text("protocol") ?? OpenIdConnect) == OpenIdConnect))
        {
            var name = scope.Text("name") ?? "";
            var inTokenScope = scope.Settings("attributes").GetValueOrDefault("include.in.token.scope") is not "false";
            scopes[name] = new ClientScope(name, inTokenScope, ReadMappers(scope), ReadScopeMappings(root, "clientScope", name));
        }

        return scopes;
    }

    private static List<RoleName> ReadScopeMappings(JsonElement root, string owner, string name) =>
    [
        .. root.Items("scopeMappings")
            .Where(mapping => mapping.Text(owner) == name)
            .SelectMany(mapping => mapping.Texts("roles").Select(role => new RoleName(null, role))),
        .. root.Members("clientScopeMappings").SelectMany(client => client.Value.EnumerateArray()
            .Where(mapping => mapping.Text(owner) == name)
            .SelectMany(mapping => mapping.Texts("roles").Select(role => new RoleName(client.Name, role)))),
    ];

    private static Dictionary<string, Client> ReadClients(JsonElement root, Dictionary<string, ClientScope> scopes)
    {
        var defaults = root.Texts("defaultDefaultClientScopes");
        var optional = root.Texts("defaultOptionalClientScopes");
        var clients = new Dictionary<string, Client>(StringComparer.Ordinal);
        foreach (var client in root.Items("clients").Where(client => (client.Text("protocol") ?? OpenIdConnect) == OpenIdConnect))
        {
            var id = client.Text("clientId") ?? "";
            var serviceAccounts = client.Flag("serviceAccountsEnabled");
            var mappers = ReadMappers(client);
            if (serviceAccounts && !scopes.ContainsKey("service_account"))
            {
                mappers.AddRange(BuiltInClients.ServiceAccountMappers);
            }

            clients[id] = new Client(id)
            {
                Enabled = client.Flag("enabled", true),
                Public = client.Flag("publicClient"),
                BearerOnly = client.Flag("bearerOnly"),
                Secret = client.Text("secret"),
                DirectAccessGrants = client.Flag("directAccessGrantsEnabled"),
                StandardFlow = client.Flag("standardFlowEnabled", true),
                ServiceAccounts = serviceAccounts,
                ConsentRequired = client.Flag("consentRequired"),
                FullScopeAllowed = client.Flag("fullScopeAllowed", true),
                NotBefore = client.Number("notBefore", 0),
                DefaultScopes = client.Member("defaultClientScopes") is null ? defaults : client.Texts("defaultClientScopes"),
                OptionalScopes = client.Member("optionalClientScopes") is null ? optional : client.Texts("optionalClientScopes"),
                RedirectUris = client.Texts("redirectUris"),
                WebOrigins = client.Texts("webOrigins"),
                Mappers = mappers,
                ScopeMappings = ReadScopeMappings(root, "client", id),
                AdminUrl = client.Text("adminUrl"),
                Attributes = client.Settings("attributes"),
            };
        }

        return clients;
    }

    private static Dictionary<string, Group> ReadGroups(JsonElement root)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        Add(root.Items("groups"), "");
        return groups;

        void Add(IEnumerable<JsonElement> items, string parent)
        {
            foreach (var group in items)
            {
                var path = group.Text("path") ?? $"{parent}/{group.Text("name")}";
                groups[path] = new Group(path, group.Roles(), group.MultiSettings("attributes"));
                Add(group.Items("subGroups"), path);
            }
        }
    }

    private static List<Organization> ReadOrganizations(JsonElement root, string realm, List<User> users) =>
    [
        .. root.Items("organizations").Select(organization =>
        {
            var alias = organization.Text("alias") ?? organization.Text("name") ?? "";
            return new Organization(
                organization.Text("id") ?? ExportedId.Of(realm, "organization " + alias),
                alias,
                organization.Flag("enabled", true),
                organization.Items("members").Select(member => member.Text("username")?.ToLowerInvariant()
                    ?? users.Find(user => user.Id == member.Text("id"))?.Username ?? "").ToHashSet(StringComparer.Ordinal),
                organization.MultiSettings("attributes"));
        }),
    ];

    private static Dictionary<RoleName, IReadOnlyList<RoleName>> ReadComposites(JsonElement root)
    {
        var composites = new Dictionary<RoleName, IReadOnlyList<RoleName>>();
        if (root.Member("roles") is not { } roles)
        {
            return composites;
        }

        foreach (var role in roles.Items("realm"))
        {
            Add(null, role);
        }

        foreach (var client in roles.Members("client"))
        {
            foreach (var role in client.Value.EnumerateArray())
            {
                Add(client.Name, role);
            }
        }

        return composites;

        void Add(string? client, JsonElement role)
        {
            if (role.Member("composites") is { } inner)
            {
                composites[new RoleName(client, role.Text("name") ?? "")] = inner.Roles("realm", "client");
            }
        }
    }

    private static List<KeyValuePair<string, int>> ReadAcrLevels(JsonElement root)
    {
        if (root.Settings("attributes").GetValueOrDefault("acr.loa.map") is not { Length: > 0 } map)
        {
            return [];
        }

        using var levels = JsonDocument.Parse(map);
        return [.. levels.RootElement.EnumerateObject().Select(level =>
            KeyValuePair.Create(level.Name, int.Parse(level.Value.ToString(), System.Globalization.CultureInfo.InvariantCulture)))];
    }

    private static List<KeyProvider> ReadKeyProviders(JsonElement root)
    {
        var providers = root.Member("components") is { } components
            ? components.Items("org.keycloak.keys.KeyProvider").Select(ReadKeyProvider).OfType<KeyProvider>().ToList()
            : [];
        return providers.Count > 0 ? providers : [new("RS256", 100, 2048), new("RSA-OAEP", 100, 2048), new("HS512", 100, 0)];
    }

    private static KeyProvider? ReadKeyProvider(JsonElement provider)
    {
        var settings = provider.MultiSettings("config");
        string Setting(string name, string otherwise) => settings.GetValueOrDefault(name) is [var first, ..] ? first : otherwise;
        if (Setting("active", "true") != "true" || Setting("enabled", "true") != "true")
        {
            return null;
        }

        var algorithm = provider.Text("providerId") switch
        {
            "rsa-generated" or "rsa" or "java-keystore" => Setting("algorithm", "RS256"),
            "rsa-enc-generated" or "rsa-enc" => Setting("algorithm", "RSA-OAEP"),
            "ecdsa-generated" => Setting("ecdsaEllipticCurveKey", "P-256") switch { "P-384" => "ES384", "P-521" => "ES512", _ => "ES256" },
            "eddsa-generated" => "EdDSA",
            "hmac-generated" => Setting("algorithm", "HS512"),
            _ => null,
        };
        return algorithm is null
            ? null
            : new KeyProvider(
                algorithm,
                long.TryParse(Setting("priority", "0"), out var priority) ? priority : 0,
                int.TryParse(Setting("keySize", "2048"), out var size) ? size : 2048);
    }
}
