using System.Text.Json;
using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>What the representation in an admin event says about a user, a client or the realm.</summary>
/// <param name="ClientId">The client's id (<c>clientId</c>); null if the representation is of something else.</param>
/// <param name="Enabled">Whether it is enabled; null if the representation does not say.</param>
/// <param name="NotBefore">The not-before in seconds since 1970, 0 for none; null if the representation does not say.</param>
internal sealed record RepresentedState(string? ClientId, bool? Enabled, long? NotBefore)
{
    /// <summary>Reads a representation. Null if it is absent or not a JSON object.</summary>
    public static RepresentedState? Read(string? representation)
    {
        if (representation is null)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(representation);
            var root = json.RootElement;
            return root.ValueKind != JsonValueKind.Object ? null : new RepresentedState(
                RealmJson.String(root, "clientId") is { Length: > 0 and <= StoredEvent.LongestText } client ? client : null,
                root.TryGetProperty("enabled", out var enabled) && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? enabled.ValueKind == JsonValueKind.True
                    : null,
                root.TryGetProperty("notBefore", out var notBefore) && notBefore.ValueKind == JsonValueKind.Number
                    && notBefore.TryGetInt64(out var seconds) && seconds is >= 0 and <= NumericDate.Latest
                    ? seconds
                    : null);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
