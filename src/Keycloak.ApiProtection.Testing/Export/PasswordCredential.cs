using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A user's password: plain text, as in exports written for tests, or the PBKDF2 hash in a server's export.</summary>
/// <param name="Algorithm">
/// Null for a plain-text password; otherwise Keycloak's name of the hash algorithm, for example <c>pbkdf2-sha512</c>.
/// </param>
/// <param name="Value">The password or the hash.</param>
/// <param name="Salt">The salt of the hash.</param>
/// <param name="Iterations">The number of hash iterations.</param>
internal sealed record PasswordCredential(string? Algorithm, byte[] Value, byte[] Salt, int Iterations)
{
    public static PasswordCredential InClear(string password) => new(null, Encoding.UTF8.GetBytes(password), [], 0);

    /// <summary>False for an algorithm that .NET does not support: Argon2, Keycloak's default since version 25.</summary>
    public bool CanBeChecked => Algorithm is null || HashOf(Algorithm) is not null;

    public bool Matches(string password)
    {
        var given = Encoding.UTF8.GetBytes(password);
        if (Algorithm is null)
        {
            return CryptographicOperations.FixedTimeEquals(given, Value);
        }

        return HashOf(Algorithm) is { } hash
            && Iterations > 0
            && CryptographicOperations.FixedTimeEquals(Rfc2898DeriveBytes.Pbkdf2(given, Salt, Iterations, hash, Value.Length), Value);
    }

    private static HashAlgorithmName? HashOf(string algorithm) => algorithm switch
    {
        "pbkdf2" => HashAlgorithmName.SHA1,
        "pbkdf2-sha256" => HashAlgorithmName.SHA256,
        "pbkdf2-sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
