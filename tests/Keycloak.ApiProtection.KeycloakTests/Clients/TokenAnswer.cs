using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>The response of the token endpoint, including errors.</summary>
public sealed record TokenAnswer(HttpAnswer Http)
{
    public Jwt AccessToken => Jwt.Parse(Required("access_token"));

    public Jwt IdToken => Jwt.Parse(Required("id_token"));

    public Jwt RefreshToken => Jwt.Parse(Required("refresh_token"));

    public string TokenType => Required("token_type");

    public bool Has(string member) => Http.Json.TryGetProperty(member, out _);

    public long Number(string member) => Http.Json.GetProperty(member).GetInt64();

    public string Required(string member) =>
        Http.Json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidOperationException($"The response of the token endpoint has no {member}: {Http}");
}
