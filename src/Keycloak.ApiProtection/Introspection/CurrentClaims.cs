using System.Buffers;
using System.Text.Json;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What a token says now: its own claims with the rights of the answer; of a lightweight token all of the answer.</summary>
internal static class CurrentClaims
{
    private static readonly string[] Rights = ["scope", "realm_access", "resource_access", "groups", "organization"];

    /// <summary>What RFC 7662 and Keycloak add to an answer, and no token has.</summary>
    private static readonly string[] OfTheAnswer = ["active", "token_type", "username"];

    /// <summary>The claims; null where they are what the token itself says.</summary>
    public static AccessTokenClaims? Of(JsonElement answer, JsonElement token, AccessToken accessToken, IntrospectionSettings settings)
    {
        string[] rights = [.. Rights, .. settings.Claims.RoleClaims];
        if (!accessToken.IsLightweight && (!settings.CurrentRoles || Array.TrueForAll(rights, claim => Agree(answer, token, claim))))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(accessToken.Claims.Payload.Length + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (accessToken.IsLightweight)
            {
                Write(json, answer, claim => !OfTheAnswer.Contains(claim) && !(claim == "client_id" && HasSession(answer)));
            }
            else
            {
                Write(json, token, claim => !rights.Contains(claim));
                Write(json, answer, rights.Contains);
            }

            json.WriteEndObject();
        }

        return new AccessTokenClaims(buffer.WrittenSpan.ToArray(), settings.Claims, accessToken.Claims.Issuer);
    }

    private static bool Agree(JsonElement answer, JsonElement token, string claim)
    {
        var isAnswered = answer.TryGetProperty(claim, out var now);
        var isSaid = token.TryGetProperty(claim, out var then);
        return isAnswered == isSaid && (!isSaid || JsonElement.DeepEquals(now, then));
    }

    /// <summary>Keycloak writes client_id to every answer; in a token only a service account has it.</summary>
    private static bool HasSession(JsonElement answer) => answer.TryGetProperty("sid", out _) || answer.TryGetProperty("session_state", out _);

    private static void Write(Utf8JsonWriter json, JsonElement from, Func<string, bool> which)
    {
        foreach (var member in from.EnumerateObject())
        {
            if (which(member.Name))
            {
                member.WriteTo(json);
            }
        }
    }
}
