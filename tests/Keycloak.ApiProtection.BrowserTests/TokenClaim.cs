using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>Reads a claim of a token without verification. The tests got these tokens directly from Keycloak.</summary>
internal static class TokenClaim
{
    public static string? Read(string token, string name) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))![name] is { } claim ? claim.ToString() : null;
}
