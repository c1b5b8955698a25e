using System.Text.Json;
using Keycloak.ApiProtection;

namespace GettingStarted;

/// <summary>
/// A client for Keycloak's token, revocation and logout endpoints. It uses the password grant for the tour; real clients use a login page.
/// </summary>
internal sealed class TokenEndpoint(KeycloakBearerOptions keycloak) : IDisposable
{
    private readonly HttpClient _client = new();

    /// <summary>Gets the address of the token endpoint.</summary>
    public string Address { get; } =
        (keycloak.Authority?.TrimEnd('/') ?? $"{keycloak.AuthServerUrl?.TrimEnd('/')}/realms/{keycloak.Realm}")
        + "/protocol/openid-connect/token";

    /// <summary>Logs in a user with the password grant. In the realm <c>demo</c>, the password is the user name.</summary>
    public async Task<TokenResponse> PasswordAsync(string client, string user, string scope, string? proof = null)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = client,
            ["username"] = user,
            ["password"] = user,
            ["scope"] = scope,
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address)) { Content = form };
        if (proof is not null)
        {
            // RFC 9449 section 5: the token is then bound to the key of the proof.
            request.Headers.Add("DPoP", proof);
        }

        using var response = await _client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{Address} issued no token for user {user} and client {client}: {(int)response.StatusCode} {body}");
        }

        using var json = JsonDocument.Parse(body);
        return new TokenResponse(
            json.RootElement.GetProperty("access_token").GetString()!,
            json.RootElement.GetProperty("refresh_token").GetString()!,
            json.RootElement.GetProperty("id_token").GetString()!,
            json.RootElement.GetProperty("token_type").GetString() == "DPoP");
    }

    /// <summary>Ends the session of a refresh token with Keycloak's logout endpoint.</summary>
    public Task LogOutAsync(string client, string refreshToken) =>
        PostAsync("logout", new() { ["client_id"] = client, ["refresh_token"] = refreshToken });

    /// <summary>Revokes one access token (RFC 7009).</summary>
    public Task RevokeAsync(string client, string accessToken) =>
        PostAsync("revoke", new() { ["client_id"] = client, ["token"] = accessToken, ["token_type_hint"] = "access_token" });

    private async Task PostAsync(string endpoint, Dictionary<string, string> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        using var response = await _client.PostAsync(new Uri(new Uri(Address), endpoint), form);
        response.EnsureSuccessStatusCode();
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();
}
