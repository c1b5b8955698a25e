using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>
/// What an API and its clients rely on in a Keycloak realm: one suite, held against real servers and the embedded realm alike. Tests of one
/// realm run one after the other, because some of them act on it; each leaves the realm as usable as it was.
/// </summary>
public abstract partial class RealmContract(IRealmUnderTest realm)
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IRealmUnderTest Realm => realm;

    protected RealmClient Client => realm.Client;

    private VersionDifferences Differences => new(realm.Version);

    private static void AssertError(HttpStatusCode status, string error, string description, HttpAnswer answer)
    {
        Assert.Equal((status, error, description), (answer.Status, answer.Error, answer.ErrorDescription));
        Assert.Equal("application/json", answer.MediaType);
    }

    private static void AssertInactive(HttpAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"active":false}""", answer.Text);
    }

    private static HttpAnswer AssertActive(HttpAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Json.GetProperty("active").GetBoolean(), answer.Text);
        return answer;
    }

    private static void AssertContains(string[] expected, string[] actual) =>
        Assert.All(expected, one => Assert.Contains(one, actual));

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private static string[] Sorted(params IEnumerable<string> values) => [.. values.Order(StringComparer.Ordinal)];

    /// <summary>The token with one character of its signature changed.</summary>
    private static string Tampered(string token) => token[..^10] + (token[^10] == 'A' ? 'B' : 'A') + token[^9..];

    private async Task<IReadOnlyList<JsonElement>> KeysAsync()
    {
        var answer = await Client.GetKeysAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json.GetProperty("keys").EnumerateArray()];
    }

    private async Task<string[]> KeyIdsAsync() => [.. (await KeysAsync()).Select(key => key.GetProperty("kid").GetString()!)];
}
