namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>One endpoint of the realm: a question in, an answer out.</summary>
internal interface IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request);
}
