using Keycloak.ApiProtection.ClientAuthentication;

namespace Keycloak.ApiProtection;

/// <summary>
/// The credentials with which this API authenticates to Keycloak as the client <see cref="KeycloakBearerOptions.Resource"/>:
/// <c>credentials</c> in Keycloak's adapter JSON.
/// </summary>
/// <remarks>The secret and the key never appear in the log, in an exception or in <see cref="ToString"/>.</remarks>
public sealed class KeycloakClientCredentials
{
    /// <summary>Gets or sets the client's secret (Clients &gt; the client &gt; Credentials).</summary>
    /// <value>Null by default.</value>
    public string? Secret { get; set; }

    /// <summary>
    /// Gets or sets the client's private key: PEM text (PKCS#8, PKCS#1 or SEC 1, not encrypted), or a JWK (RFC 7517) with its private
    /// members.
    /// </summary>
    /// <value>Null by default. RSA keys sign with RS or PS, EC keys (P-256, P-384, P-521) with ES.</value>
    public string? Key { get; set; }

    /// <summary>Gets or sets the key's id (<c>kid</c>).</summary>
    /// <value>Null by default: a JWK's own <c>kid</c>; none with PEM text, and Keycloak then tries the client's only key.</value>
    public string? KeyId { get; set; }

    /// <summary>Gets or sets the signature algorithm: RS, PS or ES with 256, 384 or 512.</summary>
    /// <value>
    /// Null by default: the JWK's <c>alg</c> if present, otherwise <c>RS256</c> for an RSA key, or the algorithm of the EC key's curve.
    /// </value>
    public string? Algorithm { get; set; }

    /// <summary>Gets or sets how the client authenticates.</summary>
    /// <value>
    /// Null by default: <see cref="ClientAuthenticationMethod.ClientSecretBasic"/> with a secret,
    /// <see cref="ClientAuthenticationMethod.PrivateKeyJwt"/> with a key.
    /// </value>
    public ClientAuthenticationMethod? Method { get; set; }

    /// <summary>Whether a secret, a key or a method is set.</summary>
    internal bool AreSet => !string.IsNullOrEmpty(Secret) || !string.IsNullOrEmpty(Key) || Method is not null;

    /// <summary>The method as set, or the default for the other settings.</summary>
    internal ClientAuthenticationMethod EffectiveMethod =>
        Method ?? (string.IsNullOrEmpty(Key) ? ClientAuthenticationMethod.ClientSecretBasic : ClientAuthenticationMethod.PrivateKeyJwt);

    /// <summary>Returns the authentication method, without the secret and the key.</summary>
    /// <returns>The name of the method, or <c>none</c> if nothing is set.</returns>
    public override string ToString() => AreSet ? EffectiveMethod.ToString() : "none";
}
