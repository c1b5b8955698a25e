namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>One endpoint of the realm, which turns a request into a response.</summary>
internal interface IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request);
}
