using System.Globalization;
using System.Text;
using Keycloak.ApiProtection.Tests.Tokens;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

/// <summary>The API behind the gateway receives the content of the token and nothing else.</summary>
public sealed class IdentityHeadersTests
{
    [Fact]
    public async Task A_successful_response_contains_all_identity_headers()
    {
        await using var app = await GatewayCaller.StartAsync();

        var identity = await app.CheckAsync(app.Alice).IdentityAsync();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["X-Token-Issuer"] = "https://kc.example/realms/demo",
                ["X-Token-Subject"] = app.Realm.Keycloak.UserId("alice"),
                ["X-Token-Client"] = "cli",
                ["X-Token-Session"] = DemoRealm.Session,
                ["X-Token-Username"] = "alice",
                ["X-Token-Email"] = "alice@example.com",
                ["X-Token-Scope"] = "openid orders:read profile email organization groups",
                ["X-Token-Client-Roles"] = "writer reader",
                ["X-Token-Realm-Roles"] = "admin customer default-roles-demo offline_access uma_authorization",
                ["X-Token-Groups"] = "/staff",
                ["X-Token-Organizations"] = "acme",
            },
            identity);
    }

    [Fact]
    public async Task Headers_without_a_claim_are_empty_so_that_the_gateway_replaces_headers_of_the_client()
    {
        await using var app = await GatewayCaller.StartAsync();

        var empty = app.Alice.Without(
            "sub", "azp", "sid", "preferred_username", "email", "scope", "realm_access", "resource_access", "groups", "organization");
        var identity = await app.CheckAsync(empty).IdentityAsync();

        Assert.All(identity.Where(header => header.Key != "X-Token-Issuer"), header => Assert.Equal(string.Empty, header.Value));
    }

    [Theory]
    [InlineData("a\r\nX-Token-Subject: root", "a%0D%0AX-Token-Subject:%20root")]
    [InlineData("山田 太郎", "%E5%B1%B1%E7%94%B0%20%E5%A4%AA%E9%83%8E")]
    [InlineData("a b", "a%20b")]
    [InlineData("a\tb\u007f", "a%09b%7F")]
    [InlineData("100%25", "100%2525")]
    [InlineData("a,b;c=\"d\\\"", "a%2Cb%3Bc%3D%22d%5C%22")]
    [InlineData("alice+work@example.com", "alice%2Bwork@example.com")]
    [InlineData("\ud83d\ude00", "%F0%9F%98%80")]
    [InlineData("\0", "%00")]
    public async Task A_claim_cannot_add_values_or_headers(string claim, string header)
    {
        await using var app = await GatewayCaller.StartAsync();

        var identity = await app.CheckAsync(app.Alice
            .WithText("sub", claim)
            .WithText("azp", claim)
            .WithText("sid", claim)
            .WithText("preferred_username", claim)
            .WithText("email", claim)
            .With("realm_access", $"{{\"roles\":[\"first\",{SignedToken.Quoted(claim)},\"\",\"last\"]}}")
            .With("resource_access", $"{{\"orders-api\":{{\"roles\":[{SignedToken.Quoted(claim)}]}}}}")
            .With("groups", $"[{SignedToken.Quoted(claim)}]").With("organization", $"[{SignedToken.Quoted(claim)}]")).IdentityAsync();

        Assert.All(
            IdentityHeaders.Names.Except(["X-Token-Issuer", "X-Token-Scope", "X-Token-Realm-Roles"]),
            name => Assert.Equal(header, identity[name]));
        Assert.Equal($"first {header} last", identity["X-Token-Realm-Roles"]);
        Assert.Equal(claim, Uri.UnescapeDataString(header));
    }

    [Theory]
    [InlineData("true", "alice@example.com")]
    [InlineData("\"true\"", "alice@example.com")]
    [InlineData("false", "")]
    [InlineData("null", "")]
    [InlineData("\"yes\"", "")]
    [InlineData("[true,true]", "")]
    public async Task An_unverified_email_address_is_not_returned(string verified, string email)
    {
        await using var app = await GatewayCaller.StartAsync();

        Assert.Equal(email, (await app.CheckAsync(app.Alice.With("email_verified", verified)).IdentityAsync())["X-Token-Email"]);
        Assert.Equal(string.Empty, (await app.CheckAsync(app.Alice.Without("email_verified")).IdentityAsync())["X-Token-Email"]);
    }

    [Theory]
    [InlineData("[\"alice\",\"root\"]")]
    [InlineData("{\"is\":\"root\"}")]
    [InlineData("[[\"root\"]]")]
    public async Task A_claim_that_is_not_a_string_gives_an_empty_header(string json)
    {
        await using var app = await GatewayCaller.StartAsync();

        var identity = await app.CheckAsync(app.Alice.With("preferred_username", json).With("email", json)).IdentityAsync();

        Assert.Equal((string.Empty, string.Empty), (identity["X-Token-Username"], identity["X-Token-Email"]));
    }

    [Fact]
    public async Task A_claim_with_a_similar_name_is_ignored()
    {
        await using var app = await GatewayCaller.StartAsync();

        var identity = await app.CheckAsync(app.Alice.Without("email", "preferred_username", "sub")
            .With("EMAIL", "\"root@example.com\"").With("Preferred_Username", "\"root\"").With("Sub", "\"root\"")).IdentityAsync();

        Assert.DoesNotContain(identity, header => header.Value.Contains("root", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_roles_of_the_client_of_this_API_are_client_roles()
    {
        await using var app = await GatewayCaller.StartAsync();

        var token = app.Alice.With(
            "resource_access", """{"shipping-api":{"roles":["dispatcher"]},"orders-api":{"roles":["reader"]}}""");
        var identity = await app.CheckAsync(token).IdentityAsync();

        Assert.Equal("reader", identity["X-Token-Client-Roles"]);
    }

    [Fact]
    public async Task A_list_that_does_not_fit_gives_an_empty_header_and_the_log_gives_the_remedy_once()
    {
        await using var app = await GatewayCaller.StartAsync();
        var token = app.Alice.With("realm_access", Roles(400));

        var identity = await app.CheckAsync(token).IdentityAsync();
        await app.CheckAsync(token).IdentityAsync();

        Assert.Equal(string.Empty, identity["X-Token-Realm-Roles"]);
        Assert.Equal(
            ("alice", "writer reader", "/staff"),
            (identity["X-Token-Username"], identity["X-Token-Client-Roles"], identity["X-Token-Groups"]));
        Assert.Equal(1, app.Realm.Log.Count("IdentityHeaderOmitted"));
        Assert.Contains("X-Token-Realm-Roles", app.Realm.Log.Text("IdentityHeaderOmitted"), StringComparison.Ordinal);
        Assert.Contains("'Full scope allowed' off", app.Realm.Log.Text("IdentityHeaderOmitted"), StringComparison.Ordinal);
        Assert.DoesNotContain("role-17", app.Realm.Log.Text("IdentityHeaderOmitted"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_headers_together_fit_into_the_buffer_of_NGINX()
    {
        await using var app = await GatewayCaller.StartAsync();
        var full = 0;
        for (var roles = 0; roles < 300; roles += 15)
        {
            var token = app.Alice.With("realm_access", Roles(roles))
                .With("groups", "[\"/staff\",\"/日本語\"]")
                .WithText("preferred_username", new string('あ', roles));
            var identity = await app.CheckAsync(token).IdentityAsync();

            var bytes = identity.Sum(header => header.Key.Length + ": ".Length + Encoding.ASCII.GetByteCount(header.Value) + "\r\n".Length);
            Assert.True(bytes <= 3072, bytes.ToString(CultureInfo.InvariantCulture));
            full = Math.Max(full, bytes);

            // A header contains either the whole list or nothing.
            Assert.True(identity["X-Token-Realm-Roles"].Length == 0 || identity["X-Token-Realm-Roles"].Split(' ').Length == roles);
        }

        Assert.InRange(full, 2500, IdentityHeaders.MostBytes);
    }

    [Fact]
    public async Task A_value_that_is_one_byte_too_long_is_omitted_and_one_that_just_fits_is_returned()
    {
        await using var app = await GatewayCaller.StartAsync();
        var token = app.Alice.Without(
            "azp",
            "sid",
            "preferred_username",
            "email",
            "scope",
            "realm_access",
            "resource_access",
            "groups",
            "organization");
        var room = IdentityHeaders.MostBytes - IdentityHeaders.Names.Sum(name => name.Length + 4) - "https://kc.example/realms/demo".Length;

        Assert.Equal(room, (await app.CheckAsync(token.WithText("sub", new string('a', room))).SubjectAsync()).Length);
        Assert.Equal(0, (await app.CheckAsync(token.WithText("sub", new string('a', room + 1))).SubjectAsync()).Length);
    }

    [Fact]
    public async Task The_documentation_lists_exactly_these_headers()
    {
        var page = await File.ReadAllTextAsync(Repository.File("docs/token-check.md"), TestContext.Current.CancellationToken);

        Assert.All(IdentityHeaders.Names, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
        Assert.All(IdentityHeaders.Names, name => Assert.Contains($"proxy_set_header {name} ", page, StringComparison.Ordinal));
        Assert.All(
            IdentityHeaders.Names,
            name => Assert.Contains($"$upstream_http_{name.ToLowerInvariant().Replace('-', '_')};", page, StringComparison.Ordinal));
        Assert.Equal(IdentityHeaders.Names.Count(), page.Split("| `X-Token-").Length - 1);
    }

    private static string Roles(int count) =>
        $"{{\"roles\":[{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"role-{i}\""))}]}}";
}
