using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The SHA-256 thumbprint of a JSON Web Key (RFC 7638 section 3): of the required members only, ordered by name.</summary>
internal static class JwkThumbprint
{
    public static string Of(JsonObject key)
    {
        string[] members = (string?)key["kty"] == "RSA" ? ["e", "kty", "n"] : ["crv", "kty", "x", "y"];
        var required = new JsonObject(members.Select(name => KeyValuePair.Create(name, key[name]?.DeepClone())));
        return Base64Url.EncodeToString(SHA256.HashData(CompactJws.Write(required)));
    }
}
