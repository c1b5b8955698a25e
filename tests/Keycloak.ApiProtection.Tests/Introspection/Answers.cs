using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>Introspection responses that tests can modify.</summary>
internal static class Answers
{
    /// <summary>The response of Keycloak for an active token.</summary>
    public static JsonObject Of(string token)
    {
        var answer = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
        answer["client_id"] = answer["azp"]!.DeepClone();
        answer["username"] = "alice";
        answer["token_type"] = "Bearer";
        answer["active"] = true;
        return answer;
    }
}
