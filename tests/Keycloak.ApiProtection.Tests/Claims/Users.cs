using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tests.Claims;

/// <summary>Users from the same token as our handler creates them, and as JwtBearer creates them.</summary>
internal static class Users
{
    public const string Issuer = "http://127.0.0.1:18080/realms/demo";

    public static KeycloakClaimsOptions Options(Action<KeycloakClaimsOptions>? configure = null)
    {
        var options = new KeycloakClaimsOptions { ClientId = "orders-api" };
        configure?.Invoke(options);
        return options;
    }

    public static AccessTokenClaims Token(string payload, Action<KeycloakClaimsOptions>? configure = null) =>
        new(Encoding.UTF8.GetBytes(payload), Options(configure), Issuer);

    public static KeycloakIdentity Identity(string payload, Action<KeycloakClaimsOptions>? configure = null) =>
        new(Token(payload, configure), "Keycloak");

    public static ClaimsPrincipal Of(string payload, Action<KeycloakClaimsOptions>? configure = null) => new(Identity(payload, configure));

    /// <summary>Creates claims as IdentityModel does: one claim for each array element, objects as JSON text, scope unchanged.</summary>
    public static ClaimsIdentity JwtBearerIdentity(string payload, string? authenticationType = "AuthenticationTypes.Federation")
    {
        var identity = new ClaimsIdentity(authenticationType);
        using var json = JsonDocument.Parse(payload);
        foreach (var member in json.RootElement.EnumerateObject())
        {
            IEnumerable<JsonElement> values = member.Value.ValueKind == JsonValueKind.Array
                ? member.Value.EnumerateArray()
                : [member.Value];
            foreach (var value in values)
            {
                var (text, type) = value.ValueKind switch
                {
                    JsonValueKind.String => (value.GetString()!, ClaimValueTypes.String),
                    JsonValueKind.Number => (value.GetInt64().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64),
                    JsonValueKind.True or JsonValueKind.False => (value.GetBoolean() ? "true" : "false", ClaimValueTypes.Boolean),
                    _ => (value.GetRawText(), "JSON"),
                };
                identity.AddClaim(new Claim(member.Name, text, type, Issuer));
            }
        }

        return identity;
    }

    public static ClaimsPrincipal JwtBearer(string payload) => new(JwtBearerIdentity(payload));
}
