using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Storefront.Tokens;

/// <summary>The tokens of one log-in, as they lie in the session's ticket.</summary>
/// <param name="AccessToken">For the APIs.</param>
/// <param name="RefreshToken">For the token endpoint only; null where Keycloak gave none.</param>
/// <param name="IdToken">For this application; null where <c>openid</c> was not asked for.</param>
/// <param name="ExpiresAt">When the access token ends, by the token endpoint's <c>expires_in</c>.</param>
/// <param name="Scope">What was granted, which may be less than was asked for.</param>
/// <param name="DisconnectedAt">When the user disconnected; null: not.</param>
internal sealed record SessionTokens(
    string AccessToken, string? RefreshToken, string? IdToken, DateTimeOffset ExpiresAt, string Scope, DateTimeOffset? DisconnectedAt = null)
{
    private const string Disconnected = ".storefront.disconnected";

    /// <summary>Reads the token endpoint's answer (RFC 6749 section 5.1). What a refresh leaves out stays as it was.</summary>
    public static SessionTokens Of(JsonElement answer, DateTimeOffset now, SessionTokens? before = null)
    {
        string? Text(string name) => answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var lifetime = answer.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var number) ? number : 60;
        return new SessionTokens(
            Text("access_token") ?? throw new JsonException("The token endpoint's answer has no access_token."),
            Text("refresh_token") ?? before?.RefreshToken,
            Text("id_token") ?? before?.IdToken,
            now.AddSeconds(lifetime),
            Text("scope") ?? before?.Scope ?? string.Empty);
    }

    /// <summary>Reads them from the ticket; null where it has none.</summary>
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

    /// <summary>Writes them into the ticket, under the names that the framework's <c>SaveTokens</c> uses.</summary>
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
