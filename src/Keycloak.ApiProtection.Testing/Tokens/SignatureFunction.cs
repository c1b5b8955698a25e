namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Computes the third part of a compact JWS from the first two parts and the dot between them.</summary>
internal delegate byte[] SignatureFunction(ReadOnlySpan<byte> input);
