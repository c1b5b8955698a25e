using System.Net;
using System.Text.Json;
using Keycloak.ApiProtection;
using Microsoft.Extensions.Options;

namespace Orders.Shipping;

/// <summary>
/// Exchanges the caller's token for one that another API accepts (RFC 8693, Keycloak's standard token exchange since 26.2).
/// </summary>
/// <remarks>
/// In Keycloak, this API's client needs "Standard token exchange" (Clients > orders-api > Settings > Capability config) and must be an
/// audience of the caller's token. The other API must be an audience that this client can request, through an audience mapper in one of its
/// client scopes.
/// </remarks>
internal sealed class TokenExchange(HttpClient http, IOptionsMonitor<KeycloakBearerOptions> keycloak)
{
    /// <summary>Exchanges a token for one that has another audience and the same user.</summary>
    /// <exception cref="TokenExchangeException">Keycloak rejected the exchange.</exception>
    /// <exception cref="HttpRequestException">Keycloak is unavailable, or its response was an error.</exception>
    public async Task<string> ExchangeAsync(string token, string audience, CancellationToken cancellation)
    {
        var options = keycloak.Get(KeycloakBearerDefaults.AuthenticationScheme);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["client_id"] = options.Resource!,
            ["client_secret"] = options.Credentials.Secret!,
            ["subject_token"] = token,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
            ["audience"] = audience,
        });
        var realm =
            options.Authority?.TrimEnd('/') ?? $"{options.AuthServerUrl?.TrimEnd('/')}/realms/{Uri.EscapeDataString(options.Realm!)}";
        using var response = await http.PostAsync(new Uri($"{realm}/protocol/openid-connect/token"), form, cancellation);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new TokenExchangeException(await response.Content.ReadAsStringAsync(cancellation));
        }

        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
        return json.RootElement.GetProperty("access_token").GetString()!;
    }
}
