namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A key provider of the realm: which algorithm it makes a key for.</summary>
/// <param name="Algorithm">The JWA name: RS256, PS256, ES256, EdDSA, RSA-OAEP, HS512, AES ...</param>
/// <param name="Priority">The higher one signs where two could.</param>
/// <param name="KeySize">Bits of an RSA key.</param>
internal sealed record KeyProvider(string Algorithm, long Priority, int KeySize);
