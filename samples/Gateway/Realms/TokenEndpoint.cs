using System.Text.Json;

namespace Gateway.Realms;

/// <summary>
/// A client for Keycloak's token, revocation and logout endpoints, for tours, tests and measurements. It uses the password grant. Real
/// clients use a login page.
/// </summary>
public sealed class TokenEndpoint : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _endpoints;

    internal TokenEndpoint(Uri issuer) => _endpoints = $"{issuer.AbsoluteUri}/protocol/openid-connect/";

    /// <summary>The token endpoint's address.</summary>
    public Uri Address => new(_endpoints + "token");

    /// <summary>Logs in a user with the password grant. In this realm, the password is the user name.</summary>
    /// <param name="user">The user name, such as <c>alice</c>.</param>
    /// <param name="scope">The requested scopes, separated by spaces.</param>
    /// <param name="client">The id of a public client that allows the password grant.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<Tokens> PasswordAsync(
        string user, string scope = "openid", string client = "cli", CancellationToken cancellation = default) => TokensAsync(
        new() { ["grant_type"] = "password", ["client_id"] = client, ["username"] = user, ["password"] = user, ["scope"] = scope },
        cancellation);

    /// <summary>Requests new tokens with a refresh token.</summary>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="client">The id of the client that the token was issued to.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<Tokens> RefreshAsync(string refreshToken, string client = "cli", CancellationToken cancellation = default) =>
        TokensAsync(new() { ["grant_type"] = "refresh_token", ["client_id"] = client, ["refresh_token"] = refreshToken }, cancellation);

    /// <summary>Revokes a token (RFC 7009).</summary>
    /// <param name="token">An access or refresh token.</param>
    /// <param name="client">The id of the client that the token was issued to.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task RevokeAsync(string token, string client = "cli", CancellationToken cancellation = default) =>
        PostAsync("revoke", new() { ["client_id"] = client, ["token"] = token }, cancellation);

    /// <summary>
    /// Ends the session of a refresh token with Keycloak's logout endpoint. Keycloak notifies the session's clients before it responds.
    /// </summary>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="client">The id of the client that the token was issued to.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task LogOutAsync(string refreshToken, string client = "cli", CancellationToken cancellation = default) =>
        PostAsync("logout", new() { ["client_id"] = client, ["refresh_token"] = refreshToken }, cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<Tokens> TokensAsync(Dictionary<string, string> fields, CancellationToken cancellation)
    {
        using var json = JsonDocument.Parse(await PostAsync("token", fields, cancellation));
        return new Tokens(Text(json, "access_token")!, Text(json, "refresh_token"), Text(json, "id_token"));
    }

    private async Task<string> PostAsync(string endpoint, Dictionary<string, string> fields, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(fields);
        using var response = await _http.PostAsync(new Uri(_endpoints + endpoint), form, cancellation);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        return response.IsSuccessStatusCode
            ? body
            : throw new HttpRequestException(
                $"{_endpoints}{endpoint} responded with {(int)response.StatusCode}: {body}", null, response.StatusCode);
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
