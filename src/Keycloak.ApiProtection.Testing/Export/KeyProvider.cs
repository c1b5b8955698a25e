namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A key provider of the realm, which creates a key for one algorithm.</summary>
/// <param name="Algorithm">The JWA name: RS256, PS256, ES256, EdDSA, RSA-OAEP, HS512, AES ...</param>
/// <param name="Priority">The provider with the highest priority is used if several match.</param>
/// <param name="KeySize">The size of an RSA key in bits.</param>
internal sealed record KeyProvider(string Algorithm, long Priority, int KeySize);
