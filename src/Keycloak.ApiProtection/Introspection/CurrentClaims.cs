using System.Buffers;
using System.Text.Json;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What a token says now: its own claims with the rights of the answer; of a lightweight token all of the answer.</summary>
/// <remarks>
/// Keycloak answers with all that the token's client may have today. A token can say less on purpose: a token exchange with
/// <c>audience</c> leaves the other clients' roles out. So the token is the limit: a claim that it lacks is not taken from the answer, of
/// <c>scope</c> only what both say, and of <c>resource_access</c> the clients that the token names. This API's own client is taken too:
/// whoever gets a first role of this API may use it.
/// </remarks>
internal static class CurrentClaims
{
    private const string Scope = "scope";
    private const string ResourceAccess = "resource_access";

    private static readonly string[] Rights = [Scope, "realm_access", ResourceAccess, "groups", "organization"];

    /// <summary>What RFC 7662 and Keycloak add to an answer, and no token has.</summary>
    private static readonly string[] OfTheAnswer = ["active", "token_type", "username"];

    /// <summary>The claims; null where they are what the token itself says.</summary>
    public static AccessTokenClaims? Of(JsonElement answer, JsonElement token, AccessToken accessToken, IntrospectionSettings settings)
    {
        string[] rights = [.. Rights, .. settings.Claims.RoleClaims];
        if (!accessToken.IsLightweight
            && (!settings.CurrentRoles || Array.TrueForAll(rights, claim => Agree(answer, token, claim, settings.ClientId))))
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
                WriteRights(json, answer, token, rights, settings.ClientId);
            }

            json.WriteEndObject();
        }

        return new AccessTokenClaims(buffer.WrittenSpan.ToArray(), settings.Claims, accessToken.Claims.Issuer);
    }

    /// <summary>Whether what is taken of the answer is what the token says.</summary>
    private static bool Agree(JsonElement answer, JsonElement token, string claim, string ownClient)
    {
        var isAnswered = answer.TryGetProperty(claim, out var now);
        var isSaid = token.TryGetProperty(claim, out var then);
        return claim switch
        {
            Scope => !isSaid || (isAnswered && Array.TrueForAll(Names(then), Names(now).Contains)),
            ResourceAccess => Agree(Clients(now, then, ownClient), Clients(then, then, ownClient)),
            _ => !isSaid || (isAnswered && JsonElement.DeepEquals(now, then)),
        };
    }

    private static bool Agree(Dictionary<string, JsonElement> now, Dictionary<string, JsonElement> then) =>
        now.Count == then.Count && now.All(client => then.TryGetValue(client.Key, out var roles) && JsonElement.DeepEquals(client.Value, roles));

    private static void WriteRights(Utf8JsonWriter json, JsonElement answer, JsonElement token, string[] rights, string ownClient)
    {
        foreach (var member in answer.EnumerateObject())
        {
            if (!rights.Contains(member.Name))
            {
                continue;
            }

            var isSaid = token.TryGetProperty(member.Name, out var then);
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
            else if (isSaid && member.Name == Scope)
            {
                json.WriteString(member.Name, string.Join(' ', Names(member.Value).Intersect(Names(then))));
            }
            else if (isSaid)
            {
                member.WriteTo(json);
            }
        }
    }

    private static string[] Names(JsonElement scope) =>
        scope.ValueKind == JsonValueKind.String ? scope.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>The clients of an answer that count for a token.</summary>
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
