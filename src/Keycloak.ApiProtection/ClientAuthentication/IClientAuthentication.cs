namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>How a question shows who asks.</summary>
internal interface IClientAuthentication
{
    /// <summary>Adds what shows it to a request and its form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="form">The fields of its form.</param>
    /// <param name="issuer">The realm as it calls itself, for whom an assertion is.</param>
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer);
}
