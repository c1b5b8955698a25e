namespace Keycloak.ApiProtection;

/// <summary>
/// Specifies where HTTPS is required for requests to Keycloak: the values of <c>ssl-required</c> in Keycloak's adapter JSON.
/// </summary>
public enum SslRequired
{
    /// <summary>HTTPS is required except on this machine (loopback addresses). This is the default.</summary>
    External,

    /// <summary>HTTPS is always required, also on this machine.</summary>
    All,

    /// <summary>HTTPS is never required. An attacker could replace the keys in transit. A warning is logged at start.</summary>
    None,
}
