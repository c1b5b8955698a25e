namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>A claim of a token, shared by all requests with the same token.</summary>
internal readonly record struct TokenClaim(string Type, string Value, string ValueType);
