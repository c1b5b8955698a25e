using System.Collections.Frozen;
using System.Security.Claims;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Reads a payload as a flat list of claims.</summary>
/// <remarks>
/// A string becomes a claim with its text, an integer a <see cref="ClaimValueTypes.Integer64"/>, another number a
/// <see cref="ClaimValueTypes.Double"/> (both as written), a boolean a <see cref="ClaimValueTypes.Boolean"/>, and an object its JSON text.
/// An array becomes one claim for each element; an array in an array becomes its JSON text. Each scope becomes one claim. Nulls and empty
/// arrays become no claims. The role claims are last and come only from the configured sources.
/// </remarks>
internal static class TokenClaimList
{
    // Claim names of most tokens: all tokens share one string instead of one string per token.
    private static readonly FrozenDictionary<string, string> KnownNames = new[]
    {
        "exp", "iat", "nbf", "auth_time", "jti", "iss", "aud", "sub", "typ", "azp", "sid", "session_state", "acr", "allowed-origins",
        "realm_access", "resource_access", "scope", "email_verified", "organization", "name", "groups", "preferred_username", "given_name",
        "family_name", "email", "client_id", "clientId", "clientHost", "clientAddress", "locale", "nonce", "act", "cnf", "authorization",
    }.ToFrozenDictionary(name => name, StringComparer.Ordinal);

    public static TokenClaim[] Read(ReadOnlySpan<byte> payload, AccessTokenClaims token)
    {
        var options = token.Options;
        var claims = new List<TokenClaim>(48);
        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var type = Name(ref reader);
            reader.Read();
            if (IsRoleType(type, options))
            {
                reader.Skip();
                continue;
            }

            if (type == KeycloakClaimTypes.Scope && reader.TokenType is JsonTokenType.String or JsonTokenType.StartArray)
            {
                reader.Skip();
                foreach (var scope in token.Scopes)
                {
                    claims.Add(new(type, scope, ClaimValueTypes.String));
                }

                continue;
            }

            var first = claims.Count;
            Add(claims, type, payload, ref reader);
            if (options.MapInboundClaims && InboundClaimMap.LongName(type) is { } longName && !IsRoleType(longName, options))
            {
                for (int i = first, end = claims.Count; i < end; i++)
                {
                    claims.Add(claims[i] with { Type = longName });
                }
            }
        }

        foreach (var role in token.Roles)
        {
            claims.Add(new(options.RoleClaimType, role, ClaimValueTypes.String));
        }

        return [.. claims];
    }

    /// <summary>Returns whether all tokens share this string of a claim type.</summary>
    public static bool IsShared(string type) => KnownNames.TryGetValue(type, out var known) && ReferenceEquals(known, type);

    // Case-insensitive, as in the lookup of ClaimsIdentity.
    private static bool IsRoleType(string type, KeycloakClaimsOptions options) =>
        string.Equals(type, options.RoleClaimType, StringComparison.OrdinalIgnoreCase);

    private static void Add(List<TokenClaim> claims, string type, ReadOnlySpan<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            AddOne(claims, type, payload, ref reader);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            AddOne(claims, type, payload, ref reader);
        }
    }

    private static void AddOne(List<TokenClaim> claims, string type, ReadOnlySpan<byte> payload, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                claims.Add(new(type, ClaimJson.Text(ref reader), ClaimValueTypes.String));
                break;

            case JsonTokenType.Number:
                var valueType = reader.TryGetInt64(out _) ? ClaimValueTypes.Integer64 : ClaimValueTypes.Double;
                claims.Add(new(type, Encoding.UTF8.GetString(reader.ValueSpan), valueType));
                break;

            case JsonTokenType.True:
                claims.Add(new(type, "true", ClaimValueTypes.Boolean));
                break;

            case JsonTokenType.False:
                claims.Add(new(type, "false", ClaimValueTypes.Boolean));
                break;

            case JsonTokenType.StartObject:
            case JsonTokenType.StartArray:
                claims.Add(new(type, ClaimJson.Raw(payload, ref reader), KeycloakClaimTypes.JsonValueType));
                break;
        }
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        Span<char> buffer = stackalloc char[32];
        if (!reader.ValueIsEscaped
            && reader.ValueSpan.Length <= buffer.Length
            && Encoding.UTF8.TryGetChars(reader.ValueSpan, buffer, out var length)
            && KnownNames.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(buffer[..length], out var known))
        {
            return known;
        }

        return ClaimJson.Text(ref reader);
    }
}
