using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.BrowserTests;

/// <summary>A claim of a token, unchecked: the tests look into what they got from Keycloak themselves.</summary>
internal static class TokenClaim
{
    public static string? Read(string token, string name) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))![name] is { } claim ? claim.ToString() : null;
}
