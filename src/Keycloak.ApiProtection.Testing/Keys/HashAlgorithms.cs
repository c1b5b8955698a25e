using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>The hash algorithm in a JWA name: its last three digits (RFC 7518 section 3.1).</summary>
internal static class HashAlgorithms
{
    public static HashAlgorithmName Of(string algorithm) => algorithm[^3..] switch
    {
        "384" => HashAlgorithmName.SHA384,
        "512" => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };
}
