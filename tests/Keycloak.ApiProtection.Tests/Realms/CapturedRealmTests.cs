using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

/// <summary>Uses responses of real Keycloak servers: their documents are read, and their tokens are verified with their keys.</summary>
public sealed class CapturedRealmTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("26.7.3", "password-alice", "RS256")]
    [InlineData("26.7.3", "es256", "ES256")]
    [InlineData("26.7.3", "ps256", "PS256")]
    [InlineData("24.0.5", "password-alice", "RS256")]
    [InlineData("24.0.5", "es256", "ES256")]
    [InlineData("24.0.5", "ps256", "PS256")]
    public async Task A_captured_token_verifies_with_the_captured_keys(string version, string token, string alg)
    {
        using var keys = Open(version);
        var parts = Token(version, token).Split('.');
        var kid = (string)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"]!;
        var input = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        Assert.True(SigningAlgorithm.TryGet(alg, out var algorithm));

        Assert.True((await keys.FindAsync(kid, DateTimeOffset.MaxValue, Cancelled)).IsFound(out var key));

        Assert.True(key.Verify(algorithm, input, Base64Url.DecodeFromChars(parts[2])));
        input[0] ^= 1;
        Assert.False(key.Verify(algorithm, input, Base64Url.DecodeFromChars(parts[2])));
    }

    [Theory]
    [InlineData("26.7.3")]
    [InlineData("24.0.5")]
    public async Task A_captured_EdDSA_token_names_a_key_that_is_listed_but_unusable(string version)
    {
        using var keys = Open(version);
        var kid = (string)JsonNode.Parse(Base64Url.DecodeFromChars(Token(version, "eddsa").Split('.')[0]))!["kid"]!;

        var search = await keys.FindAsync(kid, DateTimeOffset.MaxValue, Cancelled);

        Assert.Contains(".NET has no Ed25519", search.Unusable!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("26.7.3")]
    [InlineData("24.0.5")]
    public async Task A_missing_realm_is_reported_with_a_remedy(string version)
    {
        var missing = Captured(version, "discovery-no-such-realm");
        var realm = Realm(version);
        realm.Instead = _ => Responses.Of(missing["body"]!.ToJsonString(), (System.Net.HttpStatusCode)(int)missing["status"]!);
        using var keys = await realm.OpenReadAsync();

        Assert.Contains("Check the realm's name", keys.Failure!.Remedy, StringComparison.Ordinal);
    }

    private static RealmKeys Open(string version) => Realm(version).Open();

    private static RealmStub Realm(string version)
    {
        var discovery = Captured(version, "discovery")["body"]!;
        var jwks = Captured(version, "jwks")["body"]!;
        var issuer = (string)discovery["issuer"]!;
        var realm = new RealmStub
        {
            Instead = request => Responses.Of(
                (request.RequestUri!.AbsoluteUri == (string)discovery["jwks_uri"]! ? jwks : discovery).ToJsonString()),
        };
        realm.Settings = realm.Settings with
        {
            MetadataAddress = new Uri(issuer + "/.well-known/openid-configuration"),
            ValidIssuers = [issuer],
            RequireHttps = false,
        };

        return realm;
    }

    private static string Token(string version, string name) => (string)Captured(version, $"token-{name}")["body"]!["access_token"]!;

    private static JsonNode Captured(string version, string name) =>
        JsonNode.Parse(File.ReadAllText(SharedFile.FindOrSkip($"keycloak/captures/{version}/{name}.json")))!;
}
