using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tests.Revocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Notifications;

/// <summary>Replays the exact notifications that real Keycloak servers sent, with the keys of those servers.</summary>
public sealed class CapturedPushesTests
{
    public static TheoryData<string> Versions => ["26.7.3", "24.0.5"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Captured_logout_tokens_are_accepted(string version)
    {
        foreach (var name in new[] { "with-sid", "admin-ends-session", "without-sid-revoke-offline" })
        {
            var (sent, payload) = Captured(version, $"push-backchannel-logout-{name}");
            var issuedAt = (long)payload["iat"]!;
            await using var app = await StartAsync(version, issuedAt);
            var told = new List<KeycloakRevocation>();
            using var observation = app.Services.GetRequiredService<IKeycloakRevocations>().Observe(told.Add);

            Assert.Equal(
                HttpStatusCode.OK, (await app.PostAsync(KeycloakCaller.LogoutPath, sent, "application/x-www-form-urlencoded")).StatusCode);

            var revocation = Assert.Single(told);
            var sid = (string?)payload["sid"];
            Assert.Equal(
                (sid is null ? RevocationKind.User : RevocationKind.Session, sid ?? (string?)payload["sub"]),
                (revocation.Kind, revocation.Id));
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(issuedAt), revocation.IssuedUntil);
            Assert.Equal(name.EndsWith("offline", StringComparison.Ordinal), revocation.RevokesOfflineAccess);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Captured_admin_pushes_are_accepted(string version)
    {
        foreach (var (name, path) in new[]
        {
            ("k_logout-realm-sign-out", "k_logout"),
            ("k_push_not_before-realm", "k_push_not_before"),
            ("k_push_not_before-client-without-its-own", "k_push_not_before"),
        })
        {
            var (sent, payload) = Captured(version, $"push-{name}");
            await using var app = await StartAsync(version, (long)payload["expiration"]! - 30);
            var notBefore = (long)payload["notBefore"]!;

            Assert.Equal(HttpStatusCode.NoContent, (await app.PostAsync($"/.keycloak/{path}", sent, "text/plain")).StatusCode);

            var revocations = app.Services.GetRequiredService<IKeycloakRevocations>();
            Assert.Equal(notBefore > 0, revocations.IsRevoked(TokenUsers.User(notBefore)));
            Assert.False(revocations.IsRevoked(TokenUsers.User(notBefore + 1)));
        }
    }

    private static async Task<ProtectedApp> StartAsync(string version, long now)
    {
        var discovery = Read(version, "discovery");
        var jwks = Read(version, "jwks");
        var realm = await DemoRealm.StartAsync();
        realm.Instead = request => Responses.Of(
            (request.RequestUri!.AbsoluteUri == (string)discovery["jwks_uri"]! ? jwks : discovery).ToJsonString());
        realm.Time.SetWallClock(DateTimeOffset.FromUnixTimeSeconds(now));
        return await ProtectedApp.StartAsync(
            services => services.AddKeycloakBearer(options =>
            {
                options.Authority = (string)discovery["issuer"]!;
                options.LoginClients.Add("cli");
                options.LoginClients.Add("exchanger");
            }),
            app => app.MapKeycloakEndpoints(),
            realm);
    }

    private static (string Sent, JsonNode Payload) Captured(string version, string name)
    {
        var push = Read(version, name)[0]!;
        return ((string)push["body"]!, push["decoded"]!["payload"]!);
    }

    private static JsonNode Read(string version, string name) =>
        JsonNode.Parse(File.ReadAllText(SharedFile.FindOrSkip($"keycloak/captures/{version}/{name}.json")))!["body"]!;
}
