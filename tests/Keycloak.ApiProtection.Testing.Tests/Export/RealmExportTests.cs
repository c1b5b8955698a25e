using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Export;

/// <summary>The effect of a realm export on the content of tokens.</summary>
public sealed class RealmExportTests
{
    private const string RoleMappers =
        """
        [
          {
            "protocolMapper":"oidc-usermodel-realm-role-mapper",
            "config":{"claim.name":"realm_access.roles","multivalued":"true","access.token.claim":"true"}
          },
          {
            "protocolMapper":"oidc-usermodel-client-role-mapper",
            "config":{"claim.name":"resource_access.${client_id}.roles","multivalued":"true","access.token.claim":"true"}
          },
          {"protocolMapper":"oidc-audience-resolve-mapper","config":{"access.token.claim":"true"}}
        ]
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_of_Keycloak_24_can_be_loaded_from_a_file_and_its_tokens_have_a_subject_without_the_scope_basic()
    {
        await using var realm = await StartAsync(Path.Combine(AppContext.BaseDirectory, "Export", "realm-24.json"));

        var user = Decoded.Of(realm.Token("alice").For("cli").Create());
        Assert.Equal((realm.UserId("alice"), "silver"), (user["sub"], user["acr"]));
        Assert.Equal(
            ["account", "gateway", "orders-api", "shipping-api"],
            user.Claims["aud"]!.AsArray().Select(audience => (string)audience!).Order(StringComparer.Ordinal));
        Assert.Equal(realm.UserId("alice"), Decoded.Of(realm.Token("alice").For("lightweight").Create())["sub"]);
        var service = Decoded.Of(realm.TokenForServiceAccount("batch").Create());
        Assert.Equal(("batch", "127.0.0.1"), (service["client_id"], service["clientHost"]));
    }

    [Fact]
    public async Task A_minimal_realm_has_Keycloaks_defaults()
    {
        await using var realm = await StartAsync("""
            {
              "realm":"tiny",
              "clients":[{"clientId":"c","publicClient":true,"directAccessGrantsEnabled":true}],
              "users":[{"username":"u","enabled":true,"credentials":[{"type":"password","value":"p"}]}]
            }
            """);
        using var caller = new RealmCaller(realm);

        var answer = await caller.TokenAsync([("grant_type", "password"), ("client_id", "c"), ("username", "u"), ("password", "p")]);
        var token = Decoded.Of(answer.AccessToken);
        Assert.Equal((300, "Bearer", realm.Issuer), (token.Number("exp") - token.Number("iat"), token["typ"], token["iss"]));
        Assert.Equal(["RS256", "RSA-OAEP"], (await caller.KeysAsync()).Json["keys"]!.AsArray().Select(key => (string)key!["alg"]!));
        Assert.EndsWith("/realms/tiny", realm.Issuer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"enabled":true}""", "no member \"realm\"")]
    [InlineData("{nonsense", "not valid JSON")]
    [InlineData("/no/such/file.json", "no realm export at")]
    public async Task An_invalid_export_is_rejected_with_the_reason(string export, string message)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(export));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_come_from_the_user_from_groups_and_their_parents_and_from_composite_roles()
    {
        await using var realm = await StartAsync(With(
            user: """{"realmRoles":["own"],"groups":["/a/b"]}""",
            realm: """
            {
              "roles":{"realm":[
                {"name":"own","composite":true,"composites":{"realm":["inner"],"client":{"api":["read"]}}},
                {"name":"inner","composite":true,"composites":{"realm":["own"]}}
              ]},
              "groups":[{"name":"a","realmRoles":["outer"],"subGroups":[{"name":"b","clientRoles":{"api":["write"]}}]}]
            }
            """,
            mappers: RoleMappers));

        var token = Decoded.Of(realm.Token("u").Create());
        Assert.Equal(["inner", "outer", "own"], token.RealmRoles.Order(StringComparer.Ordinal));
        Assert.Equal(["read", "write"], token.Roles("api").Order(StringComparer.Ordinal));
        Assert.Equal("api", token["aud"]);
    }

    [Fact]
    public async Task A_client_without_full_scope_gets_its_own_roles_and_those_that_its_scopes_allow()
    {
        await using var realm = await StartAsync(With(
            user: """{"realmRoles":["seen","hidden"],"clientRoles":{"c":["mine"],"api":["read","write"]}}""",
            client: """{"fullScopeAllowed":false}""",
            realm: """
            {
              "scopeMappings":[{"client":"c","roles":["seen"]}],
              "clientScopeMappings":{"api":[{"clientScope":"s","roles":["read"]}]}
            }
            """,
            mappers: RoleMappers));

        var token = Decoded.Of(realm.Token("u").Create());
        Assert.Equal(["seen"], token.RealmRoles);
        Assert.Equal("""{"c":{"roles":["mine"]},"api":{"roles":["read"]}}""", token.Claims["resource_access"]!.ToJsonString());
    }

    [Theory]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"tags","claim.name":"tags","multivalued":"true"}""",
        """{"tags":["x","y"]}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"tags","claim.name":"deep.er","jsonType.label":"String"}""",
        """{"deep":{"er":"x"}}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"tags","claim.name":"https://x\\.y/z"}""", """{"https://x.y/z":"x"}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"age","claim.name":"age","jsonType.label":"int"}""", """{"age":7}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"vip","claim.name":"vip","jsonType.label":"boolean"}""",
        """{"vip":true}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper", """{"user.attribute":"json","claim.name":"json","jsonType.label":"JSON"}""",
        """{"json":{"a":[1]}}""")]
    [InlineData("oidc-usermodel-attribute-mapper", """{"user.attribute":"floor","claim.name":"floor"}""", """{"floor":"7"}""")]
    [InlineData(
        "oidc-usermodel-attribute-mapper",
        """{"user.attribute":"tags","claim.name":"tags","multivalued":"true","aggregate.attrs":"true"}""", """{"tags":["x","y","z"]}""")]
    [InlineData("oidc-usermodel-attribute-mapper", """{"user.attribute":"none","claim.name":"none"}""", "{}")]
    [InlineData(
        "oidc-usermodel-property-mapper", """{"user.attribute":"emailVerified","claim.name":"ok","jsonType.label":"boolean"}""",
        """{"ok":false}""")]
    [InlineData("oidc-full-name-mapper", "{}", """{"name":"Una User"}""")]
    [InlineData("oidc-group-membership-mapper", """{"claim.name":"groups","full.path":"false"}""", """{"groups":["b"]}""")]
    [InlineData("oidc-group-membership-mapper", """{"claim.name":"groups","full.path":"true"}""", """{"groups":["/a/b"]}""")]
    [InlineData(
        "oidc-organization-membership-mapper", """{"claim.name":"organization","multivalued":"false"}""", """{"organization":"acme"}""")]
    [InlineData(
        "oidc-organization-membership-mapper", """{"claim.name":"organization","jsonType.label":"JSON"}""",
        """{"organization":{"acme":{}}}""")]
    [InlineData(
        "oidc-organization-membership-mapper", """{"addOrganizationId":"true","addOrganizationAttributes":"true"}""",
        """{"organization":{"acme":{"id":"o-1","tier":["gold"]}}}""")]
    [InlineData(
        "oidc-address-mapper", """{"user.attribute.street":"street","user.attribute.country":"country"}""",
        """{"address":{"street_address":"Main 1"}}""")]
    [InlineData("oidc-hardcoded-claim-mapper", """{"claim.name":"fixed","claim.value":"5","jsonType.label":"long"}""", """{"fixed":5}""")]
    [InlineData("oidc-audience-mapper", """{"included.client.audience":"api"}""", """{"aud":"api"}""")]
    [InlineData("oidc-audience-mapper", """{"included.custom.audience":"https://api"}""", """{"aud":"https://api"}""")]
    [InlineData("oidc-acr-mapper", "{}", """{"acr":"1"}""")]
    [InlineData("oidc-sub-mapper", "{}", """{"sub":"u-1"}""")]
    [InlineData("oidc-unheard-of-mapper", """{"claim.name":"x"}""", "{}")]
    public async Task A_mapper_writes_its_claim_with_the_configured_type_if_its_switch_is_on(string type, string settings, string claims)
    {
        var on = JsonNode.Parse(settings)!.AsObject();
        on["access.token.claim"] = "true";
        await using var realm = await StartAsync(Realm(type, on.ToJsonString()));
        await using var without = await StartAsync(Realm(type, settings));

        Assert.Equal(claims, ClaimsOf(realm));
        Assert.Equal("{}", ClaimsOf(without));
    }

    [Fact]
    public async Task A_scope_with_a_role_is_granted_only_to_users_with_that_role()
    {
        const string Scopes = """{"scopeMappings":[{"clientScope":"s","roles":["needed"]}]}""";
        await using var with = await StartAsync(With(user: """{"realmRoles":["needed"]}""", realm: Scopes));
        await using var without = await StartAsync(With(user: """{"realmRoles":[]}""", realm: Scopes));

        Assert.Equal(["s"], Decoded.Of(with.Token("u").Create()).Scopes);
        Assert.Equal([""], Decoded.Of(without.Token("u").Create()).Scopes);
    }

    [Fact]
    public async Task A_password_is_verified_against_the_hash_in_an_export()
    {
        // PBKDF2 with SHA-256, 1000 iterations and the salt "salt", computed from "secret".
        var key = Rfc2898DeriveBytes.Pbkdf2("secret", "salt"u8.ToArray(), 1000, HashAlgorithmName.SHA256, 64);
        var hash = Convert.ToBase64String(key);
        var credential = new JsonObject
        {
            ["type"] = "password",
            ["secretData"] = new JsonObject { ["value"] = hash, ["salt"] = Convert.ToBase64String("salt"u8) }.ToJsonString(),
            ["credentialData"] = new JsonObject { ["hashIterations"] = 1000, ["algorithm"] = "pbkdf2-sha256" }.ToJsonString(),
        };
        await using var realm = await StartAsync(WithCredential(credential));
        using var caller = new RealmCaller(realm);

        Assert.Equal(200, await LogInAsync(caller, "secret"));
        Assert.Equal(400, await LogInAsync(caller, "wrong"));

        credential["credentialData"] = """{"hashIterations":5,"algorithm":"argon2"}""";
        var log = new RecordingLogger();
        await using var argon = await KeycloakRealm.StartAsync(
            new() { InMemory = true, Logger = log, RealmExport = WithCredential(credential) }, Cancellation);
        using var argonCaller = new RealmCaller(argon);
        Assert.Equal(400, await LogInAsync(argonCaller, "secret"));
        Assert.Contains(
            log.Messages,
            message => message.Contains("argon2", StringComparison.Ordinal) && message.Contains("plain text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_a_realm_that_revokes_used_refresh_tokens_a_second_use_ends_the_session()
    {
        await using var realm = await StartAsync(With(realm: """{"revokeRefreshToken":true}"""));
        using var caller = new RealmCaller(realm);
        var refresh = realm.Token("u").OfKind(TokenKind.Refresh).Create();

        var second = await caller.RefreshAsync("c", refresh);
        Assert.Equal(200, second.Status);
        Assert.Equal("Maximum allowed refresh token reuse exceeded", (await caller.RefreshAsync("c", refresh)).Description);
        Assert.Equal("Session not active", (await caller.RefreshAsync("c", second.RefreshToken)).Description);
    }

    [Fact]
    public async Task One_of_several_organizations_can_be_requested()
    {
        const string Organizations = """
            {"organizations":[
              {"alias":"acme","members":[{"username":"u"}]},
              {"alias":"umbrella","members":[{"username":"u"}]},
              {"alias":"other","members":[]}
            ]}
            """;
        const string Mappers = """
            [{
              "protocolMapper":"oidc-organization-membership-mapper",
              "config":{"claim.name":"organization","multivalued":"true","access.token.claim":"true"}
            }]
            """;
        await using var realm = await StartAsync(With(realm: Organizations, scope: "organization", optional: true, mappers: Mappers));

        var all = Decoded.Of(realm.Token("u").WithScope("organization:*").Create());
        Assert.Equal("""["acme","umbrella"]""", all.Claims["organization"]!.ToJsonString());
        var one = Decoded.Of(realm.Token("u").WithScope("organization:umbrella").Create());
        Assert.Equal("""["umbrella"]""", one.Claims["organization"]!.ToJsonString());
        Assert.Equal("organization:umbrella", one["scope"]);
        Assert.False(Decoded.Of(realm.Token("u").Create()).Claims.ContainsKey("organization"));
    }

    private static async Task<int> LogInAsync(RealmCaller caller, string password) =>
        (await caller.TokenAsync([("grant_type", "password"), ("client_id", "c"), ("username", "u"), ("password", password)])).Status;

    private static Task<KeycloakRealm> StartAsync(string export) =>
        KeycloakRealm.StartAsync(new() { InMemory = true, RealmExport = export }, Cancellation);

    private static string WithCredential(JsonObject credential) =>
        With(user: new JsonObject { ["credentials"] = new JsonArray(credential.DeepClone()) }.ToJsonString());

    private static string Realm(string type, string settings) => With(
        user: """
        {
          "groups":["/a/b"],
          "attributes":{"tags":["x","y"],"age":["7"],"vip":["true"],"json":["{\"a\":[1]}"],"street":["Main 1"]}
        }
        """,
        realm: """
        {
          "groups":[{"name":"a","attributes":{"floor":["7"]},"subGroups":[{"name":"b","attributes":{"tags":["z"]}}]}],
          "organizations":[{"id":"o-1","alias":"acme","attributes":{"tier":["gold"]},"members":[{"username":"u"}]}]
        }
        """,
        scope: "organization",
        mappers: $$"""[{"name":"m","protocolMapper":"{{type}}","config":{{settings}}}]""");

    /// <summary>The claims of the mapper under test, without those that every token has.</summary>
    private static string ClaimsOf(KeycloakRealm realm)
    {
        string[] always = ["exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope"];
        var claims = Decoded.Of(realm.Token("u").Create()).Claims;
        foreach (var name in always)
        {
            claims.Remove(name);
        }

        return claims.ToJsonString();
    }

    /// <summary>A realm with one client, one scope and one user, and with the members that a test adds to each.</summary>
    private static string With(
        string user = "{}",
        string client = "{}",
        string realm = "{}",
        string mappers = "[]",
        string scope = "s",
        bool optional = false)
    {
        var userJson = Merge(
            new JsonObject { ["id"] = "u-1", ["username"] = "u", ["enabled"] = true, ["firstName"] = "Una", ["lastName"] = "User" },
            user);
        var clientJson = Merge(
            new JsonObject
            {
                ["clientId"] = "c",
                ["publicClient"] = true,
                ["directAccessGrantsEnabled"] = true,
                ["defaultClientScopes"] = optional ? new JsonArray("keep-sub") : new JsonArray("keep-sub", scope),
                ["optionalClientScopes"] = optional ? new JsonArray(scope) : new JsonArray(),
            },
            client);
        // A mapper for the subject anywhere in the realm marks an export of Keycloak 25 or later.
        var newer = new JsonObject
        {
            ["name"] = "unused",
            ["protocolMappers"] = JsonNode.Parse("""[{"protocolMapper":"oidc-sub-mapper"}]"""),
        };
        return Merge(
            new JsonObject
            {
                ["realm"] = "r",
                ["users"] = new JsonArray(userJson),
                ["clients"] = new JsonArray(clientJson),
                ["clientScopes"] = new JsonArray(new JsonObject { ["name"] = scope, ["protocolMappers"] = JsonNode.Parse(mappers) }, newer),
            },
            realm).ToJsonString();
    }

    private static JsonObject Merge(JsonObject into, string more)
    {
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            into[name] = value?.DeepClone();
        }

        return into;
    }
}
