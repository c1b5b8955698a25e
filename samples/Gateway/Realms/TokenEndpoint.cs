using System.Text.Json;

namespace Gateway.Realms;

/// <summary>Keycloak's endpoints for clients, for tours, tests and measurements. Real clients use a login page; passwords are for tests.</summary>
public sealed class TokenEndpoint : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _endpoints;

    internal TokenEndpoint(Uri issuer) => _endpoints = $"{issuer.AbsoluteUri}/protocol/openid-connect/";

    /// <summary>The token endpoint's address.</summary>
    public Uri Address => new(_endpoints + "token");

    /// <summary>Logs a user in with a password, which is the user's name in this realm.</summary>
    /// <param name="user">Such as <c>alice</c>.</param>
    /// <param name="scope">The scopes to ask for, separated by spaces.</param>
    /// <param name="client">A public client with the password grant.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<Tokens> PasswordAsync(string user, string scope = "openid", string client = "cli", CancellationToken cancellation = default) => TokensAsync(
        new() { ["grant_type"] = "password", ["client_id"] = client, ["username"] = user, ["password"] = user, ["scope"] = scope }, cancellation);

    /// <summary>Gets new tokens for a refresh token.</summary>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="client">Its client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<Tokens> RefreshAsync(string refreshToken, string client = "cli", CancellationToken cancellation = default) =>
        TokensAsync(new() { ["grant_type"] = "refresh_token", ["client_id"] = client, ["refresh_token"] = refreshToken }, cancellation);

    /// <summary>Revokes a token (RFC 7009).</summary>
    /// <param name="token">An access or refresh token.</param>
    /// <param name="client">Its client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task RevokeAsync(string token, string client = "cli", CancellationToken cancellation = default) =>
        PostAsync("revoke", new() { ["client_id"] = client, ["token"] = token }, cancellation);

    /// <summary>Ends the session of a refresh token, as Keycloak's logout endpoint does for a browser. It tells the session's clients before it answers.</summary>
    /// <param name="refreshToken">The refresh token.</param>
    /// <param name="client">Its client.</param>
    /// <param name="cancellation">Stops waiting.</param>
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
            : throw new HttpRequestException($"{_endpoints}{endpoint} answered {(int)response.StatusCode}: {body}", null, response.StatusCode);
    }

    private static string? Text(JsonDocument json, string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
