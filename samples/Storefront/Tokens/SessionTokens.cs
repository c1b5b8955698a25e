using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Storefront.Tokens;

/// <summary>The tokens of one log-in, which are stored in the session's ticket.</summary>
/// <param name="AccessToken">For the APIs.</param>
/// <param name="RefreshToken">For the token endpoint only; null if Keycloak issued none.</param>
/// <param name="IdToken">For this application; null if <c>openid</c> was not requested.</param>
/// <param name="ExpiresAt">When the access token expires, according to the token endpoint's <c>expires_in</c>.</param>
/// <param name="Scope">The granted scope, which may be less than the requested scope.</param>
/// <param name="DisconnectedAt">When the user disconnected; null if the user has not disconnected.</param>
internal sealed record SessionTokens(
    string AccessToken,
    string? RefreshToken,
    string? IdToken,
    DateTimeOffset ExpiresAt,
    string Scope,
    DateTimeOffset? DisconnectedAt = null)
{
    private const string Disconnected = ".storefront.disconnected";

    /// <summary>Reads the token endpoint's response (RFC 6749 section 5.1). Values that a refresh omits are kept.</summary>
    public static SessionTokens Of(JsonElement answer, DateTimeOffset now, SessionTokens? before = null)
    {
        string? Text(string name) =>
            answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var lifetime = answer.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var number) ? number : 60;
        return new SessionTokens(
            Text("access_token") ?? throw new JsonException("The token endpoint's response has no access_token."),
            Text("refresh_token") ?? before?.RefreshToken,
            Text("id_token") ?? before?.IdToken,
            now.AddSeconds(lifetime),
            Text("scope") ?? before?.Scope ?? string.Empty);
    }

    /// <summary>Reads the tokens from the ticket; null if it has none.</summary>
    public static SessionTokens? Read(AuthenticationProperties? properties) =>
        properties?.GetTokenValue("access_token") is { } access
            ? new SessionTokens(
                access,
                properties.GetTokenValue("refresh_token"),
                properties.GetTokenValue("id_token"),
                Time(properties.GetTokenValue("expires_at")) ?? DateTimeOffset.MinValue,
                properties.GetTokenValue("scope") ?? string.Empty,
                Time(properties.GetString(Disconnected)))
            : null;

    /// <summary>Writes the tokens to the ticket, with the names that the framework's <c>SaveTokens</c> uses.</summary>
    public void Store(AuthenticationProperties properties)
    {
        properties.StoreTokens(new Dictionary<string, string?>
        {
            ["access_token"] = AccessToken,
            ["refresh_token"] = RefreshToken,
            ["id_token"] = IdToken,
            ["expires_at"] = ExpiresAt.ToString("o", CultureInfo.InvariantCulture),
            ["scope"] = Scope,
        }.Where(token => token.Value is not null).Select(token => new AuthenticationToken { Name = token.Key, Value = token.Value! }));
        properties.SetString(Disconnected, DisconnectedAt?.ToString("o", CultureInfo.InvariantCulture));
    }

    /// <summary>Whether the scope was granted.</summary>
    public bool Grants(string scope) => Scope.Split(' ').Contains(scope);

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
