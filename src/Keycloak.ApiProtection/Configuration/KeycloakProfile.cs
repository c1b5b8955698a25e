namespace Keycloak.ApiProtection;

/// <summary>A security profile that an API must conform to.</summary>
public enum KeycloakProfile
{
    /// <summary>No profile: the default.</summary>
    None,

    /// <summary>
    /// The FAPI 2.0 Security Profile, section "Requirements for resource servers": only bound tokens (DPoP or certificate) that are signed
    /// with PS256 or ES256, no tokens in the query, and the revocation status is checked. Settings that contradict it stop the start.
    /// </summary>
    Fapi2,
}
