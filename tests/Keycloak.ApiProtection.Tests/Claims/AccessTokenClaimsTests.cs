using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tests.Claims;

public sealed class AccessTokenClaimsTests
{
    [Fact]
    public void Token_claims_keep_their_names_and_an_array_gives_one_claim_for_each_element()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        Assert.Equal(["orders-api", "gateway", "shipping-api", "account"], Values(identity, "aud"));
        Assert.Equal(["openid", "email", "orders:read", "organization", "groups", "profile"], Values(identity, "scope"));
        Assert.Equal(["/staff"], Values(identity, "groups"));
        Assert.Equal(["acme"], Values(identity, "organization"));
        Assert.Equal("alice@example.com", identity.FindFirst("email")!.Value);
        Assert.Null(identity.FindFirst(ClaimTypes.NameIdentifier));
    }

    [Fact]
    public void Numbers_and_booleans_have_the_matching_value_types()
    {
        var identity = Users.Identity(
            """{"exp":1795221251,"big":123456789012345678901234567890,"ratio":1.50,"verified":true,"locked":false,"gone":null}""");
        Assert.Equal(("1795221251", ClaimValueTypes.Integer64), Typed(identity, "exp"));
        Assert.Equal(("123456789012345678901234567890", ClaimValueTypes.Double), Typed(identity, "big"));
        Assert.Equal(("1.50", ClaimValueTypes.Double), Typed(identity, "ratio"));
        Assert.Equal(("true", ClaimValueTypes.Boolean), Typed(identity, "verified"));
        Assert.Equal(("false", ClaimValueTypes.Boolean), Typed(identity, "locked"));
        Assert.Null(identity.FindFirst("gone"));
    }

    [Fact]
    public void Realm_access_and_resource_access_are_available_as_complete_JSON()
    {
        var identity = Users.Identity(CapturedTokens.Alice26);
        Assert.Equal(
            (
                """{"roles":["offline_access","admin","default-roles-demo","uma_authorization","customer"]}""",
                KeycloakClaimTypes.JsonValueType),
            Typed(identity, "realm_access"));
        Assert.Contains(
            "\"shipping-api\":{\"roles\":[\"dispatcher\"]}", identity.FindFirst("resource_access")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Nested_arrays_and_objects_are_kept_completely()
    {
        var identity = Users.Identity(
            """{"matrix":[[1, 2],{"a":[3]},"x",4,null,true],"address":{"street":"\u00c4", "geo":[1.5]},"empty":[]}""");
        Assert.Equal(["[1, 2]", """{"a":[3]}""", "x", "4", "true"], Values(identity, "matrix"));
        Assert.Equal(["JSON", "JSON", ClaimValueTypes.String, ClaimValueTypes.Integer64, ClaimValueTypes.Boolean],
            identity.FindAll("matrix").Select(claim => claim.ValueType));
        Assert.Equal("""{"street":"\u00c4", "geo":[1.5]}""", identity.FindFirst("address")!.Value);
        Assert.Empty(identity.FindAll("empty"));
    }

    [Fact]
    public void Escaped_text_and_names_are_read_and_invalid_text_does_not_throw()
    {
        var identity = Users.Identity(
            """{"s\u0075b":"\u00fc","half":"\ud800","scope":"a\u0020b","realm_access":{"roles":["\ud800","r"]}}""");
        var user = new ClaimsPrincipal(identity);
        Assert.Equal("ü", user.GetSubject());
        Assert.Equal("\\ud800", identity.FindFirst("half")!.Value);
        Assert.Equal(["a", "b"], user.GetScopes());
        Assert.True(user.IsInRole("r"));

        var broken = new AccessTokenClaims((byte[])[.. "{\"x\":\""u8, 0xff, .. "\",\"scope\":\"email\"}"u8], Users.Options(), Users.Issuer);
        Assert.Equal(2, new KeycloakIdentity(broken, "Keycloak").Claims.Count());
    }

    [Theory]
    [InlineData("""{"scope":"  a   b "}""", new[] { "a", "b" })]
    [InlineData("""{"scope":""}""", new string[0])]
    [InlineData("""{"scope":["a","b c"]}""", new[] { "a", "b", "c" })]
    [InlineData("""{"scope":"a a"}""", new[] { "a" })]
    [InlineData("{}", new string[0])]
    public void Each_scope_is_one_claim(string payload, string[] scopes)
    {
        Assert.Equal(scopes, Users.Of(payload).GetScopes());
        Assert.Equal(scopes, Values(Users.Identity(payload), "scope"));
    }

    [Theory]
    [InlineData("""{"realm_access":"admin","resource_access":["orders-api"]}""")]
    [InlineData("""{"realm_access":{"roles":"x","more":[{}]},"resource_access":{"orders-api":"writer","b":{"roles":{"a":"writer"}}}}""")]
    [InlineData(
        """{"realm_access":null,"resource_access":{"orders-api":null},"scope":{"a":1},"aud":1"""
        + ""","sub":1,"exp":"x","groups":{"a":"b"},"organization":7}""")]
    public void Permission_claims_of_an_unexpected_shape_grant_nothing_and_do_not_throw(string payload)
    {
        var user = Users.Of(payload);
        Assert.False(
            user.IsInRole("admin")
                || user.IsInRole("writer")
                || user.HasClientRole("writer")
                || user.HasRealmRole("admin")
                || user.HasScope("a"));
        Assert.NotNull(user.Claims.ToArray());
        Assert.Empty(user.GetGroups());
        Assert.Empty(user.GetOrganizations());
        Assert.Null(user.GetSubject());
        Assert.Null(user.GetExpiration());
    }

    [Fact]
    public void Role_claims_come_only_from_the_configured_sources()
    {
        string[] Roles(Action<KeycloakClaimsOptions> configure) => Values(
            Users.Identity(CapturedTokens.Alice26, configure), ClaimTypes.Role);

        Assert.Equal(
            ["offline_access", "admin", "default-roles-demo", "uma_authorization", "customer", "reader", "writer"], Roles(_ => { }));
        Assert.Equal(["reader", "writer"], Roles(options => options.RealmRoles = false));
        Assert.DoesNotContain("reader", Roles(options => options.ClientRoles = false));
        Assert.DoesNotContain("reader", Roles(options => options.ClientId = null));
        Assert.Equal(["dispatcher", "account:manage-account", "account:manage-account-links", "account:view-profile"], Roles(options =>
        {
            options.RealmRoles = options.ClientRoles = false;
            options.RoleClients["shipping-api"] = string.Empty;
            options.RoleClients["account"] = "account:";
        }));
    }

    [Fact]
    public void A_token_claim_with_the_name_of_the_role_type_is_a_role_only_if_it_is_a_configured_source()
    {
        const string Payload = """{"Roles":["root"],"roles":["boss"],"realm_access":{"roles":["admin"]}}""";
        var user = Users.Of(Payload, options => options.RoleClaimType = "roles");
        Assert.True(user.IsInRole("admin"));
        Assert.False(user.IsInRole("root"));
        Assert.False(user.IsInRole("boss"));
        Assert.Equal(["admin"], Values(Users.Identity(Payload, options => options.RoleClaimType = "roles"), "roles"));

        var changed = Users.Identity(Payload, options => options.RoleClaimType = "roles");
        changed.AddClaim(new Claim("unrelated", "x"));
        Assert.False(new ClaimsPrincipal(changed).IsInRole("root"));

        void Named(KeycloakClaimsOptions options)
        {
            options.RoleClaimType = "roles";
            options.RoleClaims.Add("roles");
        }

        Assert.True(Users.Of(Payload, Named).IsInRole("boss"));
        Assert.False(Users.Of(Payload, Named).IsInRole("root"));
        Assert.Equal(["admin", "boss"], Values(Users.Identity(Payload, Named), "roles"));
        Assert.False(Users.Of($$"""{"{{ClaimTypes.Role}}":"root"}""").IsInRole("root"));
    }

    [Fact]
    public void Flat_role_claims_are_also_available_under_their_own_names()
    {
        var identity = Users.Identity("""{"perms":["p1","p2"],"team":"t"}""", options =>
        {
            options.RoleClaims.Add("perms");
            options.RoleClaims.Add("team");
        });
        Assert.Equal(["p1", "p2", "t"], Values(identity, ClaimTypes.Role));
        Assert.Equal(["p1", "p2"], Values(identity, "perms"));
    }

    [Fact]
    public void Long_claim_names_are_added_to_the_short_ones_when_the_option_is_set()
    {
        var identity = Users.Identity(CapturedTokens.Alice26, options => options.MapInboundClaims = true);
        Assert.Equal(identity.FindFirst("sub")!.Value, identity.FindFirst(ClaimTypes.NameIdentifier)!.Value);
        Assert.Equal("alice@example.com", identity.FindFirst(ClaimTypes.Email)!.Value);
        Assert.Equal("Alice", identity.FindFirst(ClaimTypes.GivenName)!.Value);
        Assert.Equal("Example", identity.FindFirst(ClaimTypes.Surname)!.Value);
        Assert.Equal("alice", identity.Name);
    }

    [Fact]
    public void A_role_from_two_sources_is_one_role_claim()
    {
        var identity = Users.Identity("""{"realm_access":{"roles":["reader"]},"resource_access":{"orders-api":{"roles":["reader"]}}}""");
        Assert.Equal(["reader"], Values(identity, ClaimTypes.Role));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1_500)]
    [InlineData(2_300)]
    [InlineData(100_000)]
    public void Parsed_parts_are_kept_up_to_the_size_limit_and_the_others_can_be_collected(int room)
    {
        var payload = Encoding.UTF8.GetBytes(CapturedTokens.Alice26);
        var claims = new AccessTokenClaims(payload, 0, 0, Users.Options(), Users.Issuer, room);
        var parts = Read(claims);
        GC.Collect();

        var kept = parts.Where(part => part.Reference.IsAlive).ToArray();
        Assert.InRange(kept.Sum(part => part.Size), 0, room);
        Assert.Equal(room switch { 0 => 0, 100_000 => parts.Length, _ => kept.Length }, kept.Length);
        Assert.True(room is 0 or 100 || kept.Any(part => part.Name == nameof(claims.Scopes)));

        // Parsing again gives the same values.
        var again = new AccessTokenClaims(payload, Users.Options(), Users.Issuer);
        Assert.Equal(again.Scopes, claims.Scopes);
        Assert.Equal(again.Roles, claims.Roles);
        Assert.Equal(again.All.ToArray(), claims.All.ToArray());
        Assert.True(claims.ClientRoles("shipping-api").Contains("dispatcher") && claims.Memberships.Groups.Contains("/staff"));
        Assert.Equal("alice", claims.Name);
        GC.KeepAlive(claims);
    }

    [Fact]
    public void The_list_of_all_claims_leaves_space_for_the_permissions()
    {
        var payload = Encoding.UTF8.GetBytes(CapturedTokens.Alice26);
        var claims = new AccessTokenClaims(payload, 0, 0, Users.Options(), Users.Issuer, 4_500);
        Assert.NotEqual(0, claims.All.Length);
        var scopes = Weak(claims);
        GC.Collect();
        Assert.True(scopes.IsAlive);
        GC.KeepAlive(claims);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Weak(AccessTokenClaims claims) => new(claims.Scopes);
    }

    // A separate stack frame, so that no reference to a part remains on the stack after it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (string Name, WeakReference Reference, int Size)[] Read(AccessTokenClaims claims)
    {
        var clients = (KeyValuePair<string, NameSet>[])claims.Clients;
        var all = claims.All.ToArray();
        return
        [
            (nameof(claims.Scopes), new(claims.Scopes), HeapSize.Of(claims.Scopes)),
            (nameof(claims.RealmRoles), new(claims.RealmRoles), HeapSize.Of(claims.RealmRoles)),
            (nameof(claims.Clients), new(clients), HeapSize.Of(clients)),
            (nameof(claims.Roles), new(claims.Roles), HeapSize.Of(claims.Roles)),
            (nameof(claims.Holder), new(claims.Holder), HeapSize.Of(claims.Holder)),
            (nameof(claims.Memberships), new(claims.Memberships), HeapSize.Of(claims.Memberships)),
            (nameof(claims.All), new(all[0].Value), HeapSize.Of(all)),
        ];
    }

    private static string[] Values(ClaimsIdentity identity, string type) =>
        [.. identity.Claims.Where(claim => claim.Type == type).Select(claim => claim.Value)];

    private static (string Value, string Type) Typed(ClaimsIdentity identity, string type)
    {
        var claim = identity.FindFirst(type)!;
        return (claim.Value, claim.ValueType);
    }
}
