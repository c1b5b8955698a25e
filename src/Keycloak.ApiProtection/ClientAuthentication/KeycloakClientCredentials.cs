using Keycloak.ApiProtection.ClientAuthentication;

namespace Keycloak.ApiProtection;

/// <summary>With what this API shows Keycloak that it is the client <see cref="KeycloakBearerOptions.Resource"/>: <c>credentials</c> in Keycloak's adapter JSON.</summary>
/// <remarks>Nothing of it is ever logged, or part of an exception or of <see cref="ToString"/>.</remarks>
public sealed class KeycloakClientCredentials
{
    /// <summary>Gets or sets the client's secret (Clients &gt; the client &gt; Credentials).</summary>
    /// <value>Null by default.</value>
    public string? Secret { get; set; }

    /// <summary>Gets or sets the client's private key: PEM text (PKCS#8, PKCS#1 or SEC 1, not encrypted), or a JWK (RFC 7517) with its private members.</summary>
    /// <value>Null by default. RSA keys sign RS or PS, EC keys (P-256, P-384, P-521) ES.</value>
    public string? Key { get; set; }

    /// <summary>Gets or sets the key's id (<c>kid</c>).</summary>
    /// <value>Null by default: the JWK's own; with PEM text none, and Keycloak tries the one key that the client has.</value>
    public string? KeyId { get; set; }

    /// <summary>Gets or sets the algorithm that the key signs with: RS, PS or ES with 256, 384 or 512.</summary>
    /// <value>Null by default: the JWK's <c>alg</c>, else <c>RS256</c>, or the one that fits the EC key's curve.</value>
    public string? Algorithm { get; set; }

    /// <summary>Gets or sets how the client authenticates.</summary>
    /// <value>Null by default: with a secret <see cref="ClientAuthenticationMethod.ClientSecretBasic"/>, with a key <see cref="ClientAuthenticationMethod.PrivateKeyJwt"/>.</value>
    public ClientAuthenticationMethod? Method { get; set; }

    /// <summary>Whether there is anything to authenticate with.</summary>
    internal bool AreSet => !string.IsNullOrEmpty(Secret) || !string.IsNullOrEmpty(Key) || Method is not null;

    /// <summary>The method, as set or as it follows from the rest.</summary>
    internal ClientAuthenticationMethod EffectiveMethod =>
        Method ?? (string.IsNullOrEmpty(Key) ? ClientAuthenticationMethod.ClientSecretBasic : ClientAuthenticationMethod.PrivateKeyJwt);

    /// <summary>The method alone.</summary>
    /// <returns>Nothing that is secret.</returns>
    public override string ToString() => AreSet ? EffectiveMethod.ToString() : "none";
}
