using System.Security.Claims;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;

namespace Keycloak.ApiProtection.Tests.Claims;

/// <summary>
/// Each test runs with our identity, with the identity of JwtBearer, and with our identity after the application changed it.
/// </summary>
public sealed class KeycloakClaimsPrincipalExtensionsTests
{
    public enum Shape
    {
        Ours,
        OursChanged,
        JwtBearer,
        JwtBearerShaped,
    }

    public static TheoryData<Shape> Shapes => [.. Enum.GetValues<Shape>()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_user_the_client_and_the_session_are_read(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal("c156d07e-4bed-4bb7-8371-8468b4de79ab", user.GetSubject());
        Assert.Equal("XqecREegFvE0iVapvbzsuCNO", user.GetSessionId());
        Assert.Equal("cli", user.GetAuthorizedParty());
        Assert.Equal(["orders-api", "gateway", "shipping-api", "account"], user.GetAudiences());
        Assert.False(user.IsServiceAccount());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_times_and_the_level_of_the_login_are_read(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795221251), user.GetExpiration());
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795220951), user.GetIssuedAt());
        Assert.Equal("silver", user.GetAuthenticationContextClass());
        Assert.Null(user.GetAuthenticationTime());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Scopes_are_read_and_compared_with_case(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal(
            ["email", "groups", "openid", "orders:read", "organization", "profile"], user.GetScopes().Order(StringComparer.Ordinal));
        Assert.True(user.HasScope("orders:read"));
        Assert.False(user.HasScope("orders"));
        Assert.False(user.HasScope("Email"));
        Assert.False(user.HasScope(string.Empty));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Realm_roles_are_read(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal(["offline_access", "admin", "default-roles-demo", "uma_authorization", "customer"], user.GetRealmRoles());
        Assert.True(user.HasRealmRole("admin"));
        Assert.False(user.HasRealmRole("writer"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Client_roles_are_read_for_each_client(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal(["dispatcher"], user.GetClientRoles("shipping-api"));
        Assert.True(user.HasClientRole("shipping-api", "dispatcher"));
        Assert.False(user.HasClientRole("Shipping-api", "dispatcher"));
        Assert.False(user.HasClientRole("shipping-api", "writer"));
        Assert.Empty(user.GetClientRoles("unknown"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Groups_and_organizations_are_read(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);

        Assert.Equal(["/staff"], user.GetGroups());
        Assert.Equal(["acme"], user.GetOrganizations().Select(organization => organization.Name));
    }

    [Theory]
    [InlineData(Shape.Ours)]
    [InlineData(Shape.OursChanged)]
    [InlineData(Shape.JwtBearerShaped)]
    public void Roles_of_the_own_client_are_available_if_the_identity_has_the_own_client(Shape shape)
    {
        var user = User(shape, CapturedTokens.Alice26);
        Assert.Equal(["reader", "writer"], user.GetClientRoles());
        Assert.True(user.HasClientRole("writer"));
        Assert.False(user.HasClientRole("dispatcher"));
        Assert.False(User(Shape.JwtBearer, CapturedTokens.Alice26).HasClientRole("writer"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_session_id_of_a_token_from_before_Keycloak_25_is_its_session_state(Shape shape)
    {
        Assert.Equal("a332d35b-6ea3-42f8-832e-b7e7c0332745", User(shape, CapturedTokens.Alice24).GetSessionId());
        const string Old = """{"iss":"http://127.0.0.1:18080/realms/demo","azp":"cli","session_state":"old","auth_time":0,"exp":0}""";
        Assert.Equal("old", User(shape, Old).GetSessionId());
        Assert.Null(User(shape, Old).GetAuthenticationTime());
        Assert.Null(User(shape, Old).GetExpiration());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_lightweight_token_has_scopes_but_no_subject_and_no_roles(Shape shape)
    {
        var user = User(shape, CapturedTokens.Lightweight26);
        Assert.Null(user.GetSubject());
        Assert.Empty(user.GetRealmRoles());
        Assert.Empty(user.GetAudiences());
        Assert.True(user.HasScope("email"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_service_account_is_distinguished_from_a_user(Shape shape)
    {
        Assert.True(User(shape, CapturedTokens.ServiceAccount26).IsServiceAccount());
        Assert.True(User(shape, CapturedTokens.ServiceAccount24).IsServiceAccount());
        Assert.False(User(shape, CapturedTokens.Bob26).IsServiceAccount());
    }

    [Theory]
    [InlineData("""{"azp":"Batch","clientId":"Batch","preferred_username":"service-account-batch"}""", true)]
    [InlineData("""{"azp":"batch","client_id":"batch"}""", true)]
    [InlineData("""{"azp":"batch","client_id":"batch","sid":"s","preferred_username":"service-account-batch"}""", true)]
    [InlineData("""{"azp":"exchanger","client_id":"batch","preferred_username":"service-account-batch"}""", true)]
    [InlineData("""{"azp":"cli","sid":"s","preferred_username":"service-account-cli"}""", false)]
    [InlineData("""{"azp":"cli","client_id":"cli","sid":"s","preferred_username":"alice"}""", false)]
    [InlineData("""{"azp":"cli","client_id":"cli","sid":"s"}""", false)]
    [InlineData("""{"azp":"cli","sid":"s","preferred_username":"service-account-other"}""", false)]
    [InlineData("{}", false)]
    public void A_user_with_the_user_name_of_a_service_account_is_a_user(string payload, bool serviceAccount)
    {
        Assert.Equal(serviceAccount, Users.Of(payload).IsServiceAccount());
        Assert.Equal(serviceAccount, Users.JwtBearer(payload).IsServiceAccount());
    }

    [Theory]
    [InlineData("""{"azp":"cli","organization":["acme","beta"]}""", "acme beta", null)]
    [InlineData("""{"azp":"cli","organization":"acme"}""", "acme", null)]
    [InlineData("""{"azp":"cli","organization":{"acme":{}}}""", "acme", null)]
    [InlineData("""{"azp":"cli","organization":{"acme":{"id":"42","region":["eu","us"],"tier":["gold"]},"beta":{}}}""", "acme beta", "42")]
    public void Organizations_are_read_in_all_four_shapes(string payload, string names, string? id)
    {
        foreach (var user in new[] { Users.Of(payload), Users.JwtBearer(payload) })
        {
            var organizations = user.GetOrganizations();
            Assert.Equal(names, string.Join(' ', organizations.Select(organization => organization.Name)));
            Assert.Equal(id, organizations[0].Id);
            if (id is not null)
            {
                Assert.Equal(["eu", "us"], organizations[0].Attributes["region"]);
            }
        }
    }

    [Theory]
    [InlineData("realm_access", "{\"roles\":[\"admin\"")]
    [InlineData("realm_access", "{\"roles\":[\"admin\"]} x")]
    [InlineData("realm_access", "admin")]
    [InlineData("realm_access", "")]
    [InlineData("resource_access", "{\"orders-api\":{\"roles\":[\"writer\"]")]
    [InlineData("resource_access", "[]")]
    [InlineData("organization", "{\"acme\":")]
    [InlineData("groups", "[\"/staff\"")]
    public void Malformed_JSON_in_a_claim_grants_nothing_and_does_not_throw(string type, string value)
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(type, value)], "Bearer"));
        Assert.False(user.HasRealmRole("admin") || user.HasClientRole("orders-api", "writer") || user.HasClientRole("writer"));
        Assert.DoesNotContain("acme", user.GetOrganizations().Select(organization => organization.Name));
        Assert.DoesNotContain("/staff", user.GetGroups());
    }

    [Fact]
    public void Only_authenticated_identities_are_read()
    {
        var stranger = new ClaimsPrincipal(Users.JwtBearerIdentity(CapturedTokens.Alice26, authenticationType: null));
        Assert.False(stranger.HasScope("email") || stranger.HasRealmRole("admin") || stranger.HasClientRole("orders-api", "writer"));
        Assert.Null(stranger.GetSubject());
        Assert.Empty(stranger.GetScopes());
        Assert.Empty(new ClaimsPrincipal().GetScopes());
    }

    [Fact]
    public void Several_identities_of_one_user_are_merged()
    {
        var user = new ClaimsPrincipal([
            new ClaimsIdentity(),
            Users.Identity("""{"sub":"s","scope":"a b","realm_access":{"roles":["x"]}}"""),
            Users.JwtBearerIdentity(
                """{"sub":"s","azp":"c","sid":"1","scope":"b c","realm_access":{"roles":["y"]},"organization":"acme"}"""),
        ]);
        Assert.Equal(["a", "b", "c"], user.GetScopes());
        Assert.Equal(["x", "y"], user.GetRealmRoles());
        Assert.True(user.HasScope("c") && user.HasRealmRole("y"));
        Assert.Equal(("s", "1"), (user.GetSubject(), user.GetSessionId()));
        Assert.Single(user.GetOrganizations());
    }

    [Theory]
    [InlineData(
        """{"sub":"t","azp":"c","sid":"1","scope":"c","realm_access":{"roles":["y"]},"organization":"a","groups":["g"],"aud":["x"]}""")]
    [InlineData("""{"azp":"cli","sid":"1","scope":"c","realm_access":{"roles":["y"]},"organization":"acme","groups":["g"],"aud":["x"]}""")]
    [InlineData("""{"sub":"s","sid":"1","scope":"c","organization":"acme","groups":["g"],"aud":["x"]}""")]
    [InlineData("""{"sub":"s","azp":"c","iss":"https://other.example/realms/demo","sid":"1","scope":"c","realm_access":{"roles":["y"]}}""")]
    [InlineData("""{"sub":"s","azp":"c","typ":"ID","sid":"1","scope":"c","realm_access":{"roles":["y"]},"groups":["g"],"aud":["x"]}""")]
    public void Claims_of_another_user_or_issuer_are_not_added_in_either_order_of_the_identities(string other)
    {
        var ours = Users.Identity("""{"sub":"s","scope":"a","realm_access":{"roles":["x"]}}""");
        foreach (var user in new ClaimsPrincipal[]
        {
            new([ours, Users.JwtBearerIdentity(other)]),
            new([Users.JwtBearerIdentity(other), ours]),
        })
        {
            Assert.Equal(["a"], user.GetScopes());
            Assert.Equal(["x"], user.GetRealmRoles());
            Assert.False(user.HasScope("c") || user.HasRealmRole("y"));
            Assert.Equal(("s", null), (user.GetSubject(), user.GetSessionId()));
            Assert.Empty(user.GetOrganizations());
            Assert.Empty(user.GetGroups());
            Assert.Empty(user.GetAudiences());
        }
    }

    [Fact]
    public void Without_our_handler_only_the_first_of_two_users_is_read()
    {
        var (alice, bob) = (Users.JwtBearerIdentity(CapturedTokens.Alice26), Users.JwtBearerIdentity(CapturedTokens.Bob26));
        var user = new ClaimsPrincipal([bob, alice]);
        Assert.False(user.HasRealmRole("admin"));
        Assert.Equal(new ClaimsPrincipal(bob).GetSubject(), user.GetSubject());
        Assert.True(new ClaimsPrincipal([alice, bob]).HasRealmRole("admin"));
    }

    [Theory]
    [InlineData("https://other.example/tenant")]
    [InlineData("https://other.example/realms/")]
    [InlineData("/realms/demo")]
    [InlineData("ftp://other.example/realms/demo")]
    public void An_identity_that_was_not_issued_by_a_realm_has_a_subject_and_no_permissions(string issuer)
    {
        var user = Users.JwtBearer(CapturedTokens.Alice26.Replace(Users.Issuer, issuer, StringComparison.Ordinal));
        Assert.Equal("c156d07e-4bed-4bb7-8371-8468b4de79ab", user.GetSubject());
        Assert.False(user.HasScope("email") || user.HasRealmRole("admin") || user.HasClientRole("orders-api", "writer"));
        Assert.Empty(user.GetGroups());
        Assert.Empty(user.GetOrganizations());
    }

    [Fact]
    public void An_identity_with_two_issuers_has_no_permissions()
    {
        var identity = Users.JwtBearerIdentity(CapturedTokens.Alice26);
        identity.AddClaim(new Claim("iss", Users.Issuer));
        Assert.True(new ClaimsPrincipal(identity).HasRealmRole("admin"));
        identity.AddClaim(new Claim("iss", "https://other.example/realms/demo"));
        Assert.False(new ClaimsPrincipal(identity).HasRealmRole("admin"));
    }

    [Fact]
    public void The_long_claim_names_of_the_JwtBearer_claim_mapping_are_read()
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, "u-1"),
                new Claim("http://schemas.microsoft.com/claims/authnclassreference", "gold"),
            ],
            "Bearer"));
        Assert.Equal("u-1", user.GetSubject());
        Assert.Equal("gold", user.GetAuthenticationContextClass());
    }

    [Fact]
    public void Callers_cannot_change_the_returned_lists()
    {
        var token = Users.Token(CapturedTokens.Alice26);
        var scopes = new ClaimsPrincipal(new KeycloakIdentity(token, "Keycloak")).GetScopes();
        Assert.False(scopes is string[] or IList<string>);
    }

    private static ClaimsPrincipal User(Shape shape, string payload)
    {
        switch (shape)
        {
            case Shape.Ours:
                return Users.Of(payload);
            case Shape.OursChanged:
                var changed = Users.Identity(payload);
                changed.AddClaim(new Claim("unrelated", "x"));
                return new ClaimsPrincipal(changed);
            case Shape.JwtBearerShaped:
                return KeycloakShape.Apply(Users.JwtBearer(payload), Users.Options());
            default:
                return Users.JwtBearer(payload);
        }
    }
}
