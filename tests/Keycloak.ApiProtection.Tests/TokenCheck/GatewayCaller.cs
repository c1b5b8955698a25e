using System.Net;
using Keycloak.ApiProtection.Tests.Tokens;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.TokenCheck;

/// <summary>Sends requests as a gateway does, and reads the headers that the gateway would pass to the API behind it.</summary>
internal static class GatewayCaller
{
    public const string Check = "/.keycloak/token-check";

    public static Task<ProtectedApp> StartAsync(Action<WebApplication>? map = null) =>
        ProtectedApp.StartAsync(services => services.AddKeycloakBearer(), map ?? (app => app.MapTokenCheck()));

    public static async Task<string> ChallengeAsync(this Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        AssertNoIdentity(answer);
        return $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate}".TrimEnd();
    }

    /// <summary>Asserts that the response is successful, and returns the identity that it contains.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> IdentityAsync(this Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var identity = answer.Headers.Where(header => header.Key.StartsWith("X-Token-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => Assert.Single(header.Value));
        Assert.Equal(IdentityHeaders.Names.Order(), identity.Keys.Order());
        return identity;
    }

    public static async Task<string> SubjectAsync(this Task<HttpResponseMessage> asked) => (await asked.IdentityAsync())["X-Token-Subject"];

    public static Task<HttpResponseMessage> CheckAsync(this ProtectedApp app, SignedToken token, string path = Check) =>
        app.GetAsync(path, token);

    public static void AssertNoIdentity(HttpResponseMessage answer) =>
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("X-Token-", StringComparison.OrdinalIgnoreCase));
}
