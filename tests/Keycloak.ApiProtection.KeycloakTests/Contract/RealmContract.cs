using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>
/// The behavior of a Keycloak realm that an API and its clients rely on. The same tests run against real servers and the embedded realm.
/// Tests of one realm run sequentially, because some of them change it; each test restores the realm.
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

    private protected static void AssertInactive(HttpAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"active":false}""", answer.Text);
    }

    private protected static HttpAnswer AssertActive(HttpAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Json.GetProperty("active").GetBoolean(), answer.Text);
        return answer;
    }

    private static void AssertContains(string[] expected, string[] actual) =>
        Assert.All(expected, one => Assert.Contains(one, actual));

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private static string[] Sorted(params IEnumerable<string> values) => [.. values.Order(StringComparer.Ordinal)];

    /// <summary>Changes one character of the token's signature.</summary>
    private static string Tampered(string token) => token[..^10] + (token[^10] == 'A' ? 'B' : 'A') + token[^9..];

    private async Task<IReadOnlyList<JsonElement>> KeysAsync()
    {
        var answer = await Client.GetKeysAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json.GetProperty("keys").EnumerateArray()];
    }

    private async Task<string[]> KeyIdsAsync() => [.. (await KeysAsync()).Select(key => key.GetProperty("kid").GetString()!)];
}
