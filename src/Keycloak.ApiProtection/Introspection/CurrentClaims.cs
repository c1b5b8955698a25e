using System.Buffers;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// Combines a token's claims with the introspection response. For a lightweight token, all claims come from the response.
/// </summary>
/// <remarks>
/// Keycloak's response contains everything that the token's client may have at present. A token can contain less on purpose: a token
/// exchange with <c>audience</c> omits the roles of other clients. Therefore the token is the limit. A claim that the token lacks is not
/// taken from the response. Of <c>scope</c>, only the scopes in both are taken; of <c>resource_access</c>, only the clients that the token
/// names, and this API's own client, so that a user who is granted a first role of this API can use it.
/// <para>
/// How and when the user logged in (<c>acr</c>, <c>auth_time</c>) always comes from the token, also from a lightweight one. Keycloak's
/// response describes the session: it contains the higher level as soon as any client of the session has reached it.
/// </para>
/// </remarks>
internal static class CurrentClaims
{
    private const string Scope = "scope";
    private const string ResourceAccess = "resource_access";

    private static readonly string[] Rights = [Scope, "realm_access", ResourceAccess, "groups", "organization"];

    /// <summary>The claims about the login of the token's client. They are never taken from the response.</summary>
    private static readonly string[] Login = [KeycloakClaimTypes.AuthenticationContextClass, KeycloakClaimTypes.AuthenticationTime];

    /// <summary>The members that RFC 7662 and Keycloak add to a response and that no token contains.</summary>
    private static readonly string[] ResponseOnly = ["active", "token_type", "username"];

    /// <summary>Returns the combined claims, or null if they equal the token's own claims.</summary>
    public static AccessTokenClaims? Of(JsonElement answer, JsonElement token, AccessToken accessToken, IntrospectionSettings settings)
    {
        string[] rights = [.. Rights, .. settings.Claims.RoleClaims.Except(Login)];
        if (!accessToken.IsLightweight
            && (!settings.RefreshRoles || Array.TrueForAll(rights, claim => IsUnchanged(answer, token, claim, settings.ClientId))))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(accessToken.Claims.Payload.Length + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (accessToken.IsLightweight)
            {
                Write(json, answer, claim => !ResponseOnly.Contains(claim)
                    && !Login.Contains(claim)
                    && !(claim == "client_id" && HasSession(answer)));
                Write(json, token, Login.Contains);
            }
            else
            {
                Write(json, token, claim => !rights.Contains(claim));
                WriteRights(json, answer, token, rights, settings.ClientId);
            }

            json.WriteEndObject();
        }

        return new AccessTokenClaims(buffer.WrittenSpan.ToArray(), settings.Claims, accessToken.Claims.Issuer);
    }

    /// <summary>Returns whether the part of the claim that is taken from the response equals the token's.</summary>
    private static bool IsUnchanged(JsonElement answer, JsonElement token, string claim, string ownClient)
    {
        var isInResponse = answer.TryGetProperty(claim, out var now);
        var isInToken = token.TryGetProperty(claim, out var then);
        return claim switch
        {
            Scope => !isInToken || (isInResponse && Array.TrueForAll(Names(then), Names(now).Contains)),
            ResourceAccess => IsUnchanged(Clients(now, then, ownClient), Clients(then, then, ownClient)),
            _ => !isInToken || (isInResponse && JsonElement.DeepEquals(now, then)),
        };
    }

    private static bool IsUnchanged(Dictionary<string, JsonElement> now, Dictionary<string, JsonElement> then) =>
        now.Count == then.Count
        && now.All(client => then.TryGetValue(client.Key, out var roles) && JsonElement.DeepEquals(client.Value, roles));

    private static void WriteRights(Utf8JsonWriter json, JsonElement answer, JsonElement token, string[] rights, string ownClient)
    {
        foreach (var member in answer.EnumerateObject())
        {
            if (!rights.Contains(member.Name))
            {
                continue;
            }

            var isInToken = token.TryGetProperty(member.Name, out var then);
            if (member.Name == ResourceAccess)
            {
                json.WriteStartObject(member.Name);
                foreach (var (client, roles) in Clients(member.Value, then, ownClient))
                {
                    json.WritePropertyName(client);
                    roles.WriteTo(json);
                }

                json.WriteEndObject();
            }
            else if (isInToken && member.Name == Scope)
            {
                json.WriteString(member.Name, string.Join(' ', Names(member.Value).Intersect(Names(then))));
            }
            else if (isInToken)
            {
                member.WriteTo(json);
            }
        }
    }

    private static string[] Names(JsonElement scope) =>
        scope.ValueKind == JsonValueKind.String ? scope.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>
    /// Returns the clients of <c>resource_access</c> that are taken from the response: those in the token, and the own client.
    /// </summary>
    private static Dictionary<string, JsonElement> Clients(JsonElement answer, JsonElement token, string ownClient)
    {
        var clients = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (answer.ValueKind == JsonValueKind.Object)
        {
            foreach (var client in answer.EnumerateObject())
            {
                if (client.Name == ownClient || (token.ValueKind == JsonValueKind.Object && token.TryGetProperty(client.Name, out _)))
                {
                    clients.TryAdd(client.Name, client.Value);
                }
            }
        }

        return clients;
    }

    /// <summary>Returns whether the token belongs to a user session.</summary>
    /// <remarks>Keycloak writes client_id to every response, but to a token only for a service account.</remarks>
    private static bool HasSession(JsonElement answer) =>
        answer.TryGetProperty("sid", out _) || answer.TryGetProperty("session_state", out _);

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
