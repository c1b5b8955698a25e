namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Makes the third part of a compact JWS from the first two and the dot between them.</summary>
internal delegate byte[] SignatureFunction(ReadOnlySpan<byte> input);
