process.env['REFERENCE_PARAMETER'] = '/warmpath/shell/golden-image';
process.env['REPOSITORY_URL'] = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/team/ai-shell';
