using System.Net;
using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>The response of an endpoint.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">All headers. Names are case-insensitive; multiple values are joined with a comma.</param>
/// <param name="Text">The body as text.</param>
public sealed record HttpAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as a JSON object.</summary>
    public JsonElement Json => JsonElement.Parse(Text);

    public string? Error => Member("error");

    public string? ErrorDescription => Member("error_description");

    /// <summary>The media type without its parameters.</summary>
    public string? MediaType => Headers.GetValueOrDefault("Content-Type")?.Split(';')[0].Trim();

    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new HttpAnswer(response.StatusCode, headers, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>A string member of the body, or null.</summary>
    public string? Member(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public override string ToString() => $"{(int)Status} {Text}";
}
