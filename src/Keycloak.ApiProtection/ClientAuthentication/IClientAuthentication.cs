namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Authenticates this API's client in a request to Keycloak.</summary>
internal interface IClientAuthentication
{
    /// <summary>Adds the client's credentials to a request and its form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="form">The fields of the request's form.</param>
    /// <param name="issuer">The realm's issuer: the audience of a client assertion.</param>
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer);
}
